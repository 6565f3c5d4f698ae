//! Request latency over time, drawn: the picture of the outage.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use plotters::prelude::*;

use crate::run::Outcome;
use crate::schedule::Phase;
use crate::variant::Variant;

/// Requests that arrived within this time make one point of a line.
const BUCKET: Duration = Duration::from_millis(50);
/// The part of a bucket's requests that were not slower than its point.
const PART: f64 = 0.99;
/// Milliseconds at the bottom and top of the picture.
const MILLISECONDS: std::ops::Range<f64> = 0.05..30_000.0;

/// Draws one line a variant.
pub(crate) fn draw(path: &Path, outcomes: &[Outcome], run: Duration) -> Result<(), Box<dyn Error>> {
    let seconds = run.as_secs_f64();
    let root = SVGBackend::new(path, (1000, 560)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "Request latency while the log forwarder fails (p99 of every 50 ms)",
            ("sans-serif", 20),
        )
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..seconds, MILLISECONDS.log_scale())?;

    let mut start = 0.0;
    for phase in Phase::ALL {
        let end = start + phase.lasts(run).as_secs_f64();
        let corners = [(start, MILLISECONDS.start), (end, MILLISECONDS.end)];
        chart.draw_series([Rectangle::new(corners, shade(phase).filled())])?;
        let label = (
            phase.name(),
            ("sans-serif", 15).into_font().color(&BLACK.mix(0.7)),
        );
        let place = (start + seconds * 0.006, MILLISECONDS.end * 0.75);
        chart.draw_series([Text::new(label.0, place, label.1)])?;
        start = end;
    }

    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_desc("seconds from the start of the run to the arrival of the request")
        .x_label_formatter(&|second| format!("{second:.1}"))
        .y_label_formatter(&|&milliseconds| label(milliseconds))
        .label_style(("sans-serif", 14))
        .draw()?;

    for outcome in outcomes {
        let style = color(outcome.variant).stroke_width(2);
        chart
            .draw_series(LineSeries::new(points(outcome), style))?
            // The spaces make up for a width that is guessed without a font.
            .label(format!("{}   ", outcome.variant.name()))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleLeft)
        .margin(12)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()?;
    Ok(())
}

/// Seconds since the start and milliseconds of latency, a pair a bucket.
fn points(outcome: &Outcome) -> Vec<(f64, f64)> {
    let samples = crate::tally::lock(&outcome.tally.samples);
    let mut buckets: Vec<Vec<f64>> = Vec::new();
    for sample in samples.iter() {
        let since = sample.arrived.duration_since(outcome.schedule.start);
        let at = (since.as_nanos() / BUCKET.as_nanos()) as usize;
        if buckets.len() <= at {
            buckets.resize(at + 1, Vec::new());
        }
        buckets[at].push(sample.latency().as_secs_f64() * 1e3);
    }
    let mut points = Vec::new();
    for (at, mut latencies) in buckets.into_iter().enumerate() {
        latencies.sort_unstable_by(f64::total_cmp);
        let rank = (latencies.len() as f64 * PART).ceil() as usize;
        if let Some(&latency) = latencies.get(rank.saturating_sub(1)) {
            points.push(((at as f64 + 0.5) * BUCKET.as_secs_f64(), latency));
        }
    }
    points
}

fn label(milliseconds: f64) -> String {
    if milliseconds >= 1000.0 {
        format!("{} s", milliseconds / 1000.0)
    } else {
        format!("{milliseconds} ms")
    }
}

fn color(variant: Variant) -> RGBColor {
    // Apart from each other also for most of the colour-blind (Okabe and Ito).
    match variant {
        Variant::Blocking => RGBColor(213, 94, 0),
        Variant::DropNewest => RGBColor(0, 114, 178),
        Variant::DropOldest => RGBColor(204, 121, 167),
        Variant::Marks => RGBColor(0, 158, 115),
    }
}

fn shade(phase: Phase) -> RGBAColor {
    match phase {
        Phase::Healthy | Phase::Recovered => RGBColor(0, 158, 115).mix(0.06),
        Phase::Slow => RGBColor(240, 228, 66).mix(0.25),
        Phase::Stalled => RGBColor(213, 94, 0).mix(0.14),
    }
}
