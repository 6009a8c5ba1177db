# Shares by area: one panel of bars for each way to divide the city.
unset xlabel
set style fill solid 1.0 noborder
set grid noytics
set grid xtics back linetype 1 linecolor rgb faint linewidth 0.6
set border 0
set format x '%g %%'
set yrange [*:*]
rows_max = 1
do for [d = 1:division_count] { rows_max = division_rows[d] > rows_max ? division_rows[d] : rows_max }
height = 300 + 20 * rows_max
# The first panel has the long names; the others share the right side.
left(d) = d == 1 ? 0.24 : 0.66
right(d) = d == 1 ? (division_count > 1 ? 0.54 : 0.93) : 0.93
band = 0.60 / (division_count > 2 ? 2 : 1)
upper(d) = d < 3 ? 0.80 : 0.80 - band - 0.06
lower(d) = d == 1 || division_count < 3 ? 0.17 : upper(d) - band + 0.06
array bar_colours[3] = [blue, teal, orange]

do for [device in "svg png"] {
  eval open_device(device, 1040, height)
  set multiplot
  do for [d = 1:division_count] {
    set lmargin at screen left(d); set rmargin at screen right(d)
    set tmargin at screen upper(d); set bmargin at screen lower(d)
    set title division_titles[d] font ':Bold,13' textcolor rgb ink offset 0, -0.4
    set yrange [division_rows[d] + 0.6:0.4]
    set xrange [0:*]
    set offsets 0, graph 0.12, 0, 0
    unset ytics
    set ytics () scale 0
    data = sprintf('$division%d', d)
    eval 'plot ' . data . ' using ($2 / 2):1:($2 / 2):(0.36):ytic(4) with boxxyerror linecolor rgb ' . sprintf('%d', bar_colours[d]) . ', ' . \
         data . ' using 2:1:(sprintf("%.1f", $2)) with labels left offset 0.5, 0 font ",10" textcolor rgb ink'
    unset label; unset title
  }
  unset multiplot
  unset output
}
