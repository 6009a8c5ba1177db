# Shares by area: one panel of bars for each way to divide the city. The first
# has the long names; the others share the right side.
set style fill solid 1.0 noborder
unset grid
set border 0
unset xtics
rows_max = 1
do for [d = 1:division_count] { rows_max = division_rows[d] > rows_max ? division_rows[d] : rows_max }
height = 265 + 21 * (rows_max > 8 ? rows_max : 8)
left(d) = d == 1 ? 0.27 : 0.67
right(d) = d == 1 ? (division_count > 1 ? 0.57 : 0.93) : 0.95
highest = 1 - 140.0 / height; lowest = 75.0 / height; gap = 62.0 / height
middle = division_count > 2 ? lowest + (highest - lowest) * division_rows[3] / (division_rows[2] + division_rows[3]) : lowest
upper(d) = d < 3 ? highest : middle - gap / 2
lower(d) = d == 2 && division_count > 2 ? middle + gap / 2 : lowest
array bar_colours[3] = [blue, teal, orange]
share_label(s) = s > 0 && s < 0.05 ? '< 0.1 %' : sprintf('%.1f %%', s)

do for [device in "svg png"] {
  eval open_device(device, 1040, height)
  set multiplot
  unset ytics
  plot [0:1] [0:1] NaN
  unset label
  do for [d = 1:division_count] {
    set lmargin at screen left(d); set rmargin at screen right(d)
    set tmargin at screen upper(d); set bmargin at screen lower(d)
    set label 8 bold(division_titles[d]) at graph 0, graph 1 left offset 0, 1.9 enhanced font ',13' textcolor rgb ink
    set label 9 division_notes[d] at graph 0, graph 1 left offset 0, 0.8 noenhanced font ',10' textcolor rgb soft
    set yrange [division_rows[d] + 0.6:0.4]
    eval 'stats [*:*] [*:*] $division' . sprintf('%d', d) . ' using 2 nooutput name "D"'
    set xrange [0:D_max * 1.18]
    set ytics () scale 0 noenhanced textcolor rgb ink font ',11'
    eval 'plot $division' . sprintf('%d', d) . ' using ($2 / 2):1:($2 / 2):(0.36):ytic(4) with boxxyerror linecolor rgb ' . sprintf('%d', bar_colours[d]) . ', ' . \
         '$division' . sprintf('%d', d) . ' using 2:1:(share_label($2)) with labels noenhanced left offset 0.5, 0 font ",10" textcolor rgb ink'
  }
  unset label
  unset multiplot
  unset output
}
