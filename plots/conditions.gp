# The adverse share of each month, stacked by condition.
eval month_tics
set xrange [0.4:12.6]
set format y '%.4g %%'
stats [*:*] [*:*] $shares using 2 nooutput name 'S'
set yrange [0:(S_max > 0 ? S_max * 1.12 : 1)]
set style fill solid 1.0 noborder
set boxwidth 0.72
set rmargin at screen 0.78
set key at screen 0.80, screen 0.82 left top vertical Left reverse noenhanced samplen 0.8 spacing 1.25 font ',11' textcolor rgb ink
array colours[6] = [0x2f6db5, 0x3fa9bd, 0x93b6df, 0x8e7cc3, 0xe0a030, 0x9aa5b1]
# The top of a stack: the sum of the shares up to it. Drawn from the greatest to the least, each covers the former.
top(n) = sum [c = 3:2 + n] column(c)
colour(n) = n == condition_count && has_rest ? colours[6] : colours[n]

do for [device in "svg png"] {
  eval open_device(device, 960, 560)
  plot for [n = condition_count:1:-1] $shares using 1:(top(n)) with boxes linecolor rgb colour(n) title condition_names[n], \
       mean_share with lines dashtype 2 linecolor rgb soft linewidth 1 title sprintf('all months: %.1f %%', mean_share), \
       $shares using 1:2:(bold(sprintf('%.1f', $2))) with labels enhanced offset 0, 0.7 font ',11' textcolor rgb ink notitle
  unset output
}
