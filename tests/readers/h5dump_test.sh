#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# h5dump: values of each kind of column, through the master's links, against the
# values that the sources were written from.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

command -v h5dump >/dev/null || skip 'there is no h5dump (jobs/install.sh --test)'
set_python json || skip 'there is no Python'
make_store 300

# dump PATH FORMAT: one value a line, without the rows' numbers.
dump() {
    h5dump -y -w 1 -m "$2" -d "/partitions/2015/columns/$1" store/mixed/master.h5 |
        awk '
            !done && /DATA \{/ { inside = 1; next }
            /}/ && inside { inside = 0; done = 1 }
            inside { gsub(/^ +|,$/, ""); print }'
}

# wanted EXPRESSION: of v, the values of a column, as lines.
wanted() {
    PYTHONPATH=$COLONNADE_SOURCE/tests/readers PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -c "
import sys
from expected import column, seconds
v = column('2015', sys.argv[1])
print(*($2), sep='\n')" "$1"
}

compare() {
    wanted "$1" "$3" >want
    dump "$2" %.17g >got
    same want got "h5dump of $2"
}

compare id id 'v'
compare happened happened '[seconds(t) for t in v]'
compare recent recent '[seconds(t, 4) for t in v]'
compare big big/values '[0 if x is None else x for x in v]'
compare big big/mask '["FALSE" if x is not None else "TRUE" for x in v]'
compare sure sure '[str(x).upper() for x in v]'
compare ratio ratio '["nan" if x is None else "%.17g" % x for x in v]'
compare kind kind/codes '[sorted({t for t in v if t}).index(x) if x else -1 for x in v]'
compare nothing nothing/mask '["TRUE"] * len(v)' # it takes no place in the file
compare name name/data 'b"".join((t or "").encode() for t in v)'
compare name name/sizes '[len((t or "").encode()) for t in v]'
compare note note/sizes '[0] * len(v)' # all are told by numbers
compare note note/codes '[sorted({t.encode() for t in v if t}).index(x.encode()) if x else -1 for x in v]'
finish
