//! Instructions of a record on each target, ours beside the peers', as SVG.

use std::error::Error;
use std::path::Path;

use logring_benches::figures::Figures;
use plotters::prelude::*;

use crate::targets::COLUMNS;
use crate::wanted::{PEERS, Taken, per_record};

pub(crate) const FILE: &str = "firmware.svg";
pub(crate) const TITLE: &str = "Instructions of a record of 16 bytes, pushed and taken";
const PANELS: [(Taken, &str); 2] = [
    (Taken::Popped, "Pushed and popped, by a call each"),
    (Taken::Drained, "Pushed, and drained with up to 15 others"),
];

/// Apart from each other also for most of the colour-blind (Okabe and Ito).
const COLORS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(240, 228, 66),
    RGBColor(150, 150, 150),
];

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

pub(crate) fn draw(path: &Path, figures: &Figures) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (1000, 960)).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(TITLE, ("sans-serif", 20))?;
    for (panel, (taken, caption)) in root.split_evenly((2, 1)).iter().zip(PANELS) {
        draw_panel(panel, figures, taken, caption)?;
    }
    root.present()?;
    Ok(())
}

fn draw_panel(
    root: &Panel<'_>,
    figures: &Figures,
    taken: Taken,
    caption: &str,
) -> Result<(), Box<dyn Error>> {
    let who: Vec<_> = ["logring", "bbqueue"].into_iter().chain(PEERS).collect();
    let bar = |name: &str, column| per_record(figures, name, taken, column).unwrap_or(0.0);
    let all = who
        .iter()
        .flat_map(|name| (0..COLUMNS.len()).map(move |column| bar(name, column)));
    // With room for the names.
    let most = all.fold(1.0, f64::max) * 1.35;

    let groups = COLUMNS.len() as f64;
    let mut chart = ChartBuilder::on(root)
        .caption(caption, ("sans-serif", 17))
        .margin(14)
        .x_label_area_size(32)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..groups, 0.0..most)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .y_desc("instructions")
        .y_label_formatter(&|figure| format!("{figure:.0}"))
        .label_style(("sans-serif", 14))
        .draw()?;
    let width = 0.84 / who.len() as f64;
    for (at, (name, color)) in who.iter().zip(COLORS).enumerate() {
        let bars = (0..COLUMNS.len()).map(|column| {
            let from = column as f64 + 0.08 + width * at as f64;
            let corners = [(from, 0.0), (from + width * 0.92, bar(name, column))];
            Rectangle::new(corners, color.filled())
        });
        chart
            .draw_series(bars)?
            // The spaces make up for a width that is guessed without a font.
            .label(format!("{name}     "))
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], color.filled()));
    }
    for (column, core) in COLUMNS.iter().enumerate() {
        let (x, y) = chart.backend_coord(&(column as f64 + 0.5, 0.0));
        let style = ("sans-serif", 15).into_text_style(root);
        let width = 4 * core.len() as i32;
        root.draw(&Text::new(*core, (x - width, y + 10), style))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperMiddle)
        .margin(8)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 14))
        .draw()?;
    Ok(())
}
