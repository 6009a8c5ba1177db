# The figures' templates, and the style that they share.
foreach(plot IN ITEMS style seasons conditions calls areas)
  colonnade_embed(report cln_plot_${plot} plots/${plot}.gp)
endforeach()
colonnade_embed(report cln_page_style src/report/page_style.html)
