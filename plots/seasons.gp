# Rows a day by month, in percent above and below the mean: over all years, each
# year, and the highest and lowest month.
eval month_tics
set xrange [0.4:12.6]
stats [*:*] [*:*] $months using 2 nooutput name 'M'
least = M_min; most = M_max
if (year_count > 0) {
  stats [*:*] [*:*] $years using 2 nooutput name 'Y'
  least = Y_min < least ? Y_min : least
  most = Y_max > most ? Y_max : most
}
margin = most > least ? 0.18 * (most - least) : 1
set format y (most - least < 3 ? '%+.1f %%' : '%+.0f %%')
set ytics add ('mean' 0)
set yrange [least - margin:most + margin]
percent(v) = gprintf(most - least < 3 ? '%+.2f %%' : '%+.1f %%', v)
inwards(m) = m < 2 ? 1.5 : m > 11 ? 11.5 : m
# The two labels lie above and below whatever is drawn near them.
near(m) = sprintf("(abs($1 - %d) <= 1 ? $2 : NaN)", m)
above = peak_value; below = low_value
do for [block in (year_count > 1 ? '$months $years' : '$months')] {
  eval 'stats [*:*] [*:*] ' . block . ' using ' . near(peak) . " nooutput name 'P'"
  above = P_max > above ? P_max : above
  eval 'stats [*:*] [*:*] ' . block . ' using ' . near(low) . " nooutput name 'L'"
  below = L_min < below ? L_min : below
}
set label 11 bold(month_name(peak) . ' ' . percent(peak_value)) at inwards(peak), above center offset 0, 1 enhanced font ',13' textcolor rgb orange front
if (low != peak) {
  set label 12 bold(month_name(low) . ' ' . percent(low_value)) at inwards(low), below center offset 0, -1 enhanced font ',13' textcolor rgb teal front
}
set rmargin at screen 0.78
set key at screen 0.80, screen 0.82 left top vertical Left reverse noenhanced samplen 1.6 spacing 1.25 font ',11' textcolor rgb ink

do for [device in "svg png"] {
  eval open_device(device, 960, 560)
  plot $months using 1:2 with linespoints pointtype 7 pointsize 0.9 linecolor rgb blue linewidth 2.6 title (year_count > 1 ? sprintf('%d years together', year_count) : 'the year'), \
       for [i = 1:(year_count > 1 ? year_count : 0)] $years index (i - 1) using 1:2 with linespoints pointtype 7 pointsize 0.3 linecolor rgb 0xa9b8c8 linewidth 0.9 title (i == 1 ? 'single years' : ''), \
       0 with lines dashtype 2 linecolor rgb soft linewidth 1 title sprintf(mean_rate < 1 ? 'mean: %.2g a day' : 'mean: %.1f a day', mean_rate), \
       $months using 1:2 with linespoints pointtype 7 pointsize 0.9 linecolor rgb blue linewidth 2.6 notitle, \
       $months using ($1 == peak ? $1 : NaN):2 with points pointtype 7 pointsize 1.3 linecolor rgb orange notitle, \
       $months using ($1 == low && low != peak ? $1 : NaN):2 with points pointtype 7 pointsize 1.3 linecolor rgb teal notitle
  unset output
}
