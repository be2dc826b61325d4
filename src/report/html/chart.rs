//! The numbers of a target as one bar with a legend.

use maud::{Markup, html};

use super::super::reconciliation::Numbers;

/// The bar's width in the units of its own drawing.
const WIDTH: u64 = 1000;
/// What is there at all is seen, however small its share.
const LEAST: u64 = 6;

pub(super) fn bar(numbers: Numbers) -> Markup {
    let rows = numbers.rows();
    let spoken: Vec<String> = rows.iter().map(|(label, number)| format!("{number} {label}")).collect();
    html! {
        svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=(spoken.join(", ")) {
            rect class="none" x="0" y="0" width="1000" height="24" {}
            @for (at, (x, width)) in segments(rows.map(|(_, number)| number)).into_iter().enumerate() {
                @if width > 0 { rect class={ "s" (at) } x=(x) y="0" width=(width) height="24" {} }
            }
        }
        ul.legend {
            @for (at, (label, number)) in rows.iter().enumerate() {
                li { i class={ "s" (at) } {} strong { (number) } " " (label) }
            }
        }
    }
}

/// Start and width of each part; together they fill the bar.
fn segments<const N: usize>(numbers: [u64; N]) -> [(u64, u64); N] {
    let total: u64 = numbers.iter().sum();
    let mut widths = numbers.map(|number| match number {
        0 => 0,
        number => (number.saturating_mul(WIDTH) / total).max(LEAST),
    });
    let drawn: u64 = widths.iter().sum();
    if let Some(widest) = widths.iter_mut().max() {
        *widest = (*widest + WIDTH).saturating_sub(drawn.max(1)) * u64::from(total > 0);
    }
    let mut x = 0;
    widths.map(|width| {
        let start = x;
        x += width;
        (start, width)
    })
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn the_parts_fill_the_bar_and_none_is_lost() {
        for numbers in [[1, 0, 0, 0], [400, 1, 1, 3], [0, 7, 7, 7], [100_000, 1, 0, 1]] {
            let parts = segments(numbers);
            assert_eq!(parts.iter().map(|(_, width)| width).sum::<u64>(), 1000, "{numbers:?}");
            assert!(parts.iter().zip(numbers).all(|((_, width), number)| (*width > 0) == (number > 0)), "{numbers:?}");
        }
        assert_eq!(segments([0, 0]), [(0, 0), (0, 0)]);
    }
}
