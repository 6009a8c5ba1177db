# Rows a day by month: the mean, each year, and the highest and lowest month.
eval month_tics
set xrange [0.5:12.9]
set ylabel unit . ' a day' textcolor rgb soft
set format y '%.4g'
set offsets 0, 0, graph 0.1, graph 0.08
month_label(m) = word('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec', m)
set label 10 sprintf('mean %.1f', mean_rate) at graph 0.995, first mean_rate right offset 0, 0.6 font ',11' textcolor rgb soft
set label 11 sprintf('%s: %.1f', month_label(peak), peak_rate) at peak, peak_rate center offset 0, 1.1 font ':Bold,13' textcolor rgb orange front
if (low != peak) {
  set label 12 sprintf('%s: %.1f', month_label(low), low_rate) at low, low_rate center offset 0, -1.1 font ':Bold,13' textcolor rgb teal front
}
# A year's name stands at the end of its line while there are few of them.
year_label(x, year) = year_count <= 6 ? sprintf('%d', int(year)) : ''
last_month(i) = year_last[i]
array year_last[year_count > 0 ? year_count : 1]
do for [i = 1:year_count] {
  stats $years index (i - 1) using 1 nooutput name 'Y'
  year_last[i] = Y_max
}

do for [device in "svg png"] {
  eval open_device(device, 960, 560)
  plot mean_rate with lines dashtype 2 linecolor rgb soft linewidth 1, \
       for [i = 1:year_count] $years index (i - 1) using 1:2 with linespoints pointtype 7 pointsize 0.3 linecolor rgb 0xa9b8c8 linewidth 0.9, \
       for [i = 1:year_count] $years index (i - 1) using ($1 == year_last[i] ? $1 : NaN):2:(year_label($1, $3)) with labels left offset 0.6, 0 font ',10' textcolor rgb soft, \
       $months using 1:2 with linespoints pointtype 7 pointsize 0.9 linecolor rgb blue linewidth 2.6, \
       '+' using (peak):(peak_rate) every ::0::0 with points pointtype 7 pointsize 1.3 linecolor rgb orange, \
       '+' using (low):(low_rate) every ::0::0 with points pointtype 7 pointsize 1.3 linecolor rgb teal
  unset output
}
