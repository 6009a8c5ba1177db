# The shipped configuration is built in, so that the program runs without any file.
colonnade_embed(config cln_config_builtin_json config.json)
