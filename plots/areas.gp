# Share of one against share of the other, a point for each area. The last
# column says on which side of its point a label has room; 0: on none.
set xlabel x_title noenhanced textcolor rgb soft offset 0, 0.3
set label 13 y_title at screen 0.03, graph 1 left offset 0, 0.9 noenhanced textcolor rgb soft
set grid xtics ytics back linetype 1 linecolor rgb faint linewidth 0.6
set xrange [0:limit]
set yrange [0:limit]
set format '%g %%'
set tmargin at screen 0.80
set bmargin at screen 0.21
colour(d) = d >= 0 ? orange : blue
set label 10 bold(above_line) at graph 0.015, graph 0.955 left enhanced font ',11' textcolor rgb orange
set label 11 bold(below_line) at graph 0.985, graph 0.045 right enhanced font ',11' textcolor rgb blue
on(side, x) = column(5) == side ? x : NaN

do for [device in "svg png"] {
  eval open_device(device, 960, 640)
  plot x with lines dashtype 2 linecolor rgb soft linewidth 1, \
       $areas using 1:2:(colour($3)) with points pointtype 7 pointsize 0.7 linecolor rgb variable, \
       $areas using (on(1, $1)):2:4 with labels noenhanced left offset 0.7, 0 font ',10' textcolor rgb ink, \
       $areas using (on(2, $1)):2:4 with labels noenhanced right offset -0.8, 0 font ',10' textcolor rgb ink, \
       $areas using (on(3, $1)):2:4 with labels noenhanced center offset 0, 0.65 font ',10' textcolor rgb ink, \
       $areas using (on(4, $1)):2:4 with labels noenhanced center offset 0, -0.65 font ',10' textcolor rgb ink
  unset output
}
