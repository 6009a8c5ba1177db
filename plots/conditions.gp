# The adverse share of each month, stacked by condition.
eval month_tics
set xrange [0.4:12.6]
set ylabel 'adverse, %' textcolor rgb soft
stats $shares using 2 nooutput name 'S'
set yrange [0:(S_max > 0 ? S_max * 1.18 : 1)]
set style fill solid 1.0 noborder
set boxwidth 0.72
set key at graph 0.5, 1.075 center top horizontal maxrows 1 samplen 0.8 width 1 font ',11' textcolor rgb ink
array colours[6] = [0x2f6db5, 0x7fb2e5, 0xb8d4ee, 0x8e7cc3, 0xe0a030, 0x9aa5b1]
# The top of a stack: the sum of the shares up to it. Drawn from the greatest to the least, each covers the former.
top(n) = sum [c = 3:2 + n] column(c)
last = condition_count

do for [device in "svg png"] {
  eval open_device(device, 960, 560)
  plot for [n = last:1:-1] $shares using 1:(top(n)) with boxes linecolor rgb colours[n] title condition_names[n], \
       mean_share with lines dashtype 2 linecolor rgb soft linewidth 1 notitle, \
       $shares using 1:2:(sprintf('%.1f', $2)) with labels offset 0, 0.7 font ':Bold,11' textcolor rgb ink notitle
  unset output
}
