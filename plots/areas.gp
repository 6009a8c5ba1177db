# Share of one against share of the other, a point for each area.
set xlabel x_title noenhanced textcolor rgb soft offset 0, 0.3
set label 13 y_title at graph 0, graph 1 left offset -3, 0.9 noenhanced textcolor rgb soft
set grid xtics ytics back linetype 1 linecolor rgb faint linewidth 0.6
limit = greatest > 0 ? greatest * 1.12 : 1
set xrange [0:limit]
set yrange [0:limit]
set bmargin at screen 0.21
colour(d) = d >= 0 ? orange : blue
set label 10 bold(above_line) at graph 0.015, graph 0.965 left enhanced font ',11' textcolor rgb orange
set label 11 bold(below_line) at graph 0.985, graph 0.035 right enhanced font ',11' textcolor rgb blue
is_right(x) = x > 0.75 * limit

do for [device in "svg png"] {
  eval open_device(device, 960, 640)
  plot x with lines dashtype 2 linecolor rgb soft linewidth 1, \
       $areas using 1:2:(colour($3)) with points pointtype 7 pointsize 0.7 linecolor rgb variable, \
       $areas every ::0::(labelled - 1) using (is_right($1) ? NaN : $1):2:4 with labels noenhanced left offset 0.5, 0.1 font ',10' textcolor rgb ink, \
       $areas every ::0::(labelled - 1) using (is_right($1) ? $1 : NaN):2:4 with labels noenhanced right offset -0.9, 0.1 font ',10' textcolor rgb ink
  unset output
}
