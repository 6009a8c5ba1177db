# Share of one against share of the other, a point for each area.
set xlabel x_title textcolor rgb soft offset 0, 0.3
set ylabel y_title textcolor rgb soft
set grid xtics ytics back linetype 1 linecolor rgb faint linewidth 0.6
limit = greatest > 0 ? greatest * 1.12 : 1
set xrange [0:limit]
set yrange [0:limit]
set bmargin at screen 0.21
more(d) = d >= 0 ? orange : blue

do for [device in "svg png"] {
  eval open_device(device, 960, 640)
  plot x with lines dashtype 2 linecolor rgb soft linewidth 1, \
       $areas using 1:2:(more($3)) with points pointtype 7 pointsize 0.7 linecolor rgb variable, \
       $areas every ::0::(labelled - 1) using 1:2:4 with labels left offset 0.7, 0.1 font ',10' textcolor rgb ink
  unset output
}
