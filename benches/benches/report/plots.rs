//! The pictures, as SVG.

use std::error::Error;
use std::path::Path;

use logring_benches::histogram::Calls;
use logring_benches::tsc::Scale;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::outcome::{EMPTY, Run, spread};
use crate::situations::{HOT, OVERWRITING, REFUSING, STOPPED, TWO, TWO_OVERWRITING, TWO_REFUSING};

/// A picture that was drawn.
pub(crate) struct Picture {
    /// What it shows.
    pub(crate) title: String,
    /// Its file.
    pub(crate) file: String,
}

/// Apart from each other also for most of the colour-blind (Okabe and Ito).
const COLORS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
    RGBColor(150, 150, 150),
];

/// Who is in the curves, if in the situation.
const CURVES: [&str; 8] = [
    "logring, drop newest",
    "logring, drop oldest",
    "crossbeam ArrayQueue::push",
    "crossbeam ArrayQueue::force_push",
    "kanal try_send",
    "rtrb push",
    "tracing-appender, lossy",
    EMPTY,
];

/// Draws what the run has the figures for.
pub(crate) fn draw(folder: &Path, run: &Run) -> Result<Vec<Picture>, Box<dyn Error>> {
    let mut pictures = Vec::new();
    for (situation, title) in [
        (HOT, "Single calls, hot and never full"),
        (REFUSING, "Single calls, full and refusing"),
        (OVERWRITING, "Single calls, full and overwriting"),
    ] {
        if run.of(situation).any(|outcome| outcome.contestant != EMPTY) {
            let picture = picture(title, &format!("calls-{situation}.svg"));
            curves(&folder.join(&picture.file), run, situation, title)?;
            pictures.push(picture);
        }
    }
    for (situation, title) in [
        (HOT, "20-call averages, hot and never full"),
        (REFUSING, "20-call averages, full and refusing"),
        (OVERWRITING, "20-call averages, full and overwriting"),
        (TWO, "20-call averages, two producers, not full"),
        (
            TWO_REFUSING,
            "20-call averages, two threads, full and refusing",
        ),
        (
            TWO_OVERWRITING,
            "20-call averages, two threads, full and overwriting",
        ),
    ] {
        let bars: Vec<(String, f64)> = run
            .of(situation)
            .filter(|outcome| outcome.contestant != EMPTY)
            .filter_map(|outcome| {
                let middle = spread(&run.net(outcome))?.median;
                Some((outcome.contestant.clone(), middle))
            })
            .collect();
        if !bars.is_empty() {
            let file = format!("averages-{}.svg", situation.replace(' ', "-"));
            let picture = picture(title, &file);
            let axis = "nanoseconds of a call, the empty call's subtracted (logarithmic)";
            horizontal(&folder.join(&picture.file), title, axis, &bars)?;
            pictures.push(picture);
        }
    }
    let maxima: Vec<(String, f64)> = run
        .of(STOPPED)
        .map(|outcome| {
            let longest = outcome.calls().nanos_at(100.0, &run.scale);
            (outcome.contestant.clone(), longest)
        })
        .collect();
    if !maxima.is_empty() {
        let title = "Longest call while the consumer is stopped, all rounds";
        let picture = picture(title, "stopped-maxima.svg");
        let axis = "nanoseconds of the longest single call (logarithmic)";
        horizontal(&folder.join(&picture.file), title, axis, &maxima)?;
        pictures.push(picture);
    }
    Ok(pictures)
}

fn picture(title: &str, file: &str) -> Picture {
    Picture {
        title: title.to_owned(),
        file: file.to_owned(),
    }
}

/// Percentiles by how many calls are slower: 1 in 10, 100, 1000 …
fn curves(path: &Path, run: &Run, situation: &str, title: &str) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (1000, 560)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(48)
        .y_label_area_size(76)
        .build_cartesian_2d((1.0..1e6_f64).log_scale(), (5.0..1e8_f64).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_desc("percentile (logarithmic in the share of slower calls)")
        .y_desc("latency of a single call, clock's overhead included")
        .x_label_formatter(&|one_in| percentile_label(*one_in))
        .y_label_formatter(&|nanos| nanos_label(*nanos))
        .label_style(("sans-serif", 14))
        .draw()?;
    for (name, color) in CURVES.iter().zip(COLORS) {
        let of = if *name == EMPTY { HOT } else { situation };
        let Some(outcome) = run.find(of, name) else {
            continue;
        };
        let style = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points(&outcome.calls(), &run.scale), style))?
            // The spaces make up for a width that is guessed without a font.
            .label(format!("{name}     "))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .margin(12)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()?;
    Ok(())
}

/// Ten points a decade, as far as ten calls lie above them.
fn points(calls: &Calls, scale: &Scale) -> Vec<(f64, f64)> {
    (0..=60)
        .map(|at| 10_f64.powf(f64::from(at) / 10.0))
        .map(|one_in| (one_in, 100.0 * (1.0 - 1.0 / one_in)))
        .filter(|&(_, percentile)| calls.resolves(percentile))
        .map(|(one_in, percentile)| (one_in, calls.nanos_at(percentile, scale).max(1.0)))
        .collect()
}

fn percentile_label(one_in: f64) -> String {
    let percentile = 100.0 * (1.0 - 1.0 / one_in);
    let nines = one_in.log10().round() as usize;
    match nines {
        0 => "0 %".to_owned(),
        1 | 2 => format!("{percentile:.0} %"),
        _ => format!("{percentile:.*} %", nines - 2),
    }
}

fn nanos_label(nanos: f64) -> String {
    if nanos < 1e3 {
        format!("{nanos:.0} ns")
    } else if nanos < 1e6 {
        format!("{:.0} µs", nanos / 1e3)
    } else {
        format!("{:.0} ms", nanos / 1e6)
    }
}

/// Names along the left edge, one a bar.
struct Names(Vec<String>);

impl Ranged for Names {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let (from, to) = (f64::from(limit.0), f64::from(limit.1));
        (from + (to - from) * value / self.0.len() as f64) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        (0..self.0.len()).map(|at| at as f64 + 0.5).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        0.0..self.0.len() as f64
    }
}

impl ValueFormatter<f64> for Names {
    fn format_ext(&self, value: &f64) -> String {
        self.0.get(*value as usize).cloned().unwrap_or_default()
    }
}

fn horizontal(
    path: &Path,
    title: &str,
    axis: &str,
    bars: &[(String, f64)],
) -> Result<(), Box<dyn Error>> {
    let height = 110 + 26 * bars.len() as u32;
    let root = SVGBackend::new(path, (1000, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let least = bars.iter().map(|(_, value)| *value).fold(1.0, f64::min);
    let least = 10_f64.powf(least.max(0.1).log10().floor());
    let most = bars.iter().map(|(_, value)| *value).fold(10.0, f64::max);
    // Room for the number behind the longest bar.
    let most = most * (most / least).powf(0.12);
    // The first bar on top.
    let bars: Vec<_> = bars.iter().rev().collect();
    let names = Names(bars.iter().map(|(name, _)| name.clone()).collect());
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(48)
        .y_label_area_size(330)
        .build_cartesian_2d((least..most).log_scale(), names)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_desc(axis)
        .x_label_formatter(&|nanos| nanos_label(*nanos))
        .label_style(("sans-serif", 14))
        .draw()?;
    for (at, (name, value)) in bars.iter().enumerate() {
        let color = if name.starts_with("logring") {
            COLORS[0]
        } else {
            COLORS[7]
        };
        let (from, to) = (at as f64 + 0.2, at as f64 + 0.8);
        let shown = value.max(least);
        chart.draw_series([Rectangle::new([(least, from), (shown, to)], color.filled())])?;
        let label = crate::tables::nanos(*value);
        let place = (shown * 1.03, at as f64 + 0.72);
        chart.draw_series([Text::new(label, place, ("sans-serif", 14))])?;
    }
    root.present()?;
    Ok(())
}
