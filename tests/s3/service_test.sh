#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The operations on object storage, one by one (service.c), on a server that
# checks every signature.

set -euo pipefail
# shellcheck source=server.sh
. "$COLONNADE_SOURCE/tests/s3/server.sh"

s3_begin_test
"${S3_SERVICE:-${COLONNADE%/*}/tests/s3_service}"
