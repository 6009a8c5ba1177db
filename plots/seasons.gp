# Rows a day by month: the mean, each year, and the highest and lowest month.
eval month_tics
set xrange [0.3:12.9]
set ylabel unit . ' a day' noenhanced textcolor rgb soft offset 0.5, 0
set format y '%.4g'
# The axis need not begin at zero for lines, but never ends below it.
least = low_rate; most = peak_rate
if (year_count > 0) {
  stats [*:*] [*:*] $years using 2 nooutput name 'Y'
  least = Y_min < least ? Y_min : least
  most = Y_max > most ? Y_max : most
}
margin = most > least ? 0.18 * (most - least) : 0.1 * most + 0.01
set yrange [(least > margin ? least - margin : 0):most + margin]
set label 11 bold(sprintf('%s %.1f', month_name(peak), peak_rate)) at peak, peak_rate center offset 0, 1.1 enhanced font ',13' textcolor rgb orange front
if (low != peak) {
  set label 12 bold(sprintf('%s %.1f', month_name(low), low_rate)) at low, low_rate center offset 0, -1.1 enhanced font ',13' textcolor rgb teal front
}
set rmargin at screen 0.80
set key at screen 0.82, screen 0.82 left top vertical Left reverse noenhanced samplen 1.6 spacing 1.25 font ',11' textcolor rgb ink

do for [device in "svg png"] {
  eval open_device(device, 960, 560)
  plot $months using 1:2 with linespoints pointtype 7 pointsize 0.9 linecolor rgb blue linewidth 2.6 title 'all years', \
       for [i = 1:year_count] $years index (i - 1) using 1:2 with linespoints pointtype 7 pointsize 0.3 linecolor rgb 0xa9b8c8 linewidth 0.9 title (i == 1 ? 'single years' : ''), \
       mean_rate with lines dashtype 2 linecolor rgb soft linewidth 1 title sprintf('all months: %.1f', mean_rate), \
       $months using 1:2 with linespoints pointtype 7 pointsize 0.9 linecolor rgb blue linewidth 2.6 notitle, \
       $months using ($1 == peak ? $1 : NaN):2 with points pointtype 7 pointsize 1.3 linecolor rgb orange notitle, \
       $months using ($1 == low && low != peak ? $1 : NaN):2 with points pointtype 7 pointsize 1.3 linecolor rgb teal notitle
  unset output
}
