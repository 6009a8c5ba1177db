# What all figures share. A script begins with its texts and data; this part
# and the figure's own follow. Run it again with: gnuplot NAME.gp
if (!exists("temporary_suffix")) temporary_suffix = ''
set encoding utf8
set minussign
set datafile separator "\t"

ink = 0x1f2933; soft = 0x66727f; faint = 0xd5dbe1
blue = 0x2f6db5; orange = 0xe0702b; teal = 0x1b9e8a; red = 0xc62828; watermark = 0xf7d9d6

svg_terminal(w, h) = sprintf("set terminal svg enhanced dynamic size %d,%d font 'sans-serif,13' fontscale 1.33 lw 1.2", w, h)
png_name = strstrt(GPVAL_TERMINALS, 'pngcairo') > 0 ? 'pngcairo' : 'png'
png_terminal(w, h) = sprintf("set terminal %s enhanced size %d,%d font 'sans,13' fontscale 2 lw 2.4 pointscale 2 background '#ffffff'", \
                             png_name, 2 * w, 2 * h)
# A text in bold, for an enhanced label; names of the data are prepared for it.
bold(text) = '{/:Bold ' . text . '}'
# The commands that open a file of a figure of w × h points, and set the title,
# what is shown, the note and the label of generated data.
open_device(device, w, h) = (device eq 'svg' ? svg_terminal(w, h) : png_terminal(w, h)) . \
                            sprintf("; set output '%s.%s%s'; height = %d; ", figure_name, device, temporary_suffix, h) . set_texts
set_texts = "set label 1 bold(figure_title) at screen 0.03, screen 1 - 36.0 / height left enhanced font ',19' textcolor rgb ink; " . \
            "set label 2 figure_subtitle at screen 0.03, screen 1 - 64.0 / height left noenhanced font ',13' textcolor rgb soft; " . \
            "set label 3 figure_note at screen 0.03, screen 36.0 / height left noenhanced font ',10' textcolor rgb soft; " . \
            (strlen(sample_label) == 0 ? '' : \
            "set label 4 bold(sample_label) at screen 0.97, screen 1 - (strlen(figure_title) > 38 ? 92.0 : 36.0) / height right enhanced font ',15' textcolor rgb red; " . \
            "set label 5 bold(sample_label) at screen 0.5, screen 0.48 center rotate by 16 enhanced font ',42' textcolor rgb watermark back; ")

unset key
set border 3 back linecolor rgb soft linewidth 0.8
set tics nomirror out scale 0.5 noenhanced textcolor rgb ink
set grid ytics back linetype 1 linecolor rgb faint linewidth 0.6
set lmargin at screen 0.095; set rmargin at screen 0.96
set tmargin at screen 0.82;  set bmargin at screen 0.19
month_tics = "set xtics ('Jan' 1, 'Feb' 2, 'Mar' 3, 'Apr' 4, 'May' 5, 'Jun' 6, 'Jul' 7, 'Aug' 8, 'Sep' 9, 'Oct' 10, 'Nov' 11, 'Dec' 12)"
month_name(m) = word('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec', m)

