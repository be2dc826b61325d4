//! Numbers as one bar with a legend.

use maud::{Markup, html};

use super::super::phrases::Phrase;
use super::super::said::Tongue;

/// The bar's width in the units of its own drawing.
const WIDTH: u64 = 1000;
/// What is there at all is seen, however small its share.
const LEAST: u64 = 6;
/// So many colours there are.
const COLOURS: usize = 6;

pub(super) fn bar(numbers: &[(Phrase, u64)], tongue: Tongue<'_>) -> Markup {
    let spoken: Vec<String> = numbers.iter().map(|(name, number)| format!("{number} {}", tongue.word(*name))).collect();
    let shares: Vec<u64> = numbers.iter().map(|(_, number)| *number).collect();
    html! {
        @if !numbers.is_empty() {
            svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=(spoken.join(", ")) {
                rect class="none" x="0" y="0" width="1000" height="24" {}
                @for (at, (x, width)) in segments(&shares).into_iter().enumerate() {
                    @if width > 0 { rect class={ "s" (at % COLOURS) } x=(x) y="0" width=(width) height="24" {} }
                }
            }
            ul.legend {
                @for (at, (name, number)) in numbers.iter().enumerate() {
                    li { i class={ "s" (at % COLOURS) } {} strong { (number) } " " (tongue.word(*name)) }
                }
            }
        }
    }
}

/// Start and width of each part; together they fill the bar.
fn segments(numbers: &[u64]) -> Vec<(u64, u64)> {
    let total: u64 = numbers.iter().sum();
    let share = |number: &u64| match number {
        0 => 0,
        number => (number.saturating_mul(WIDTH) / total).max(LEAST),
    };
    let mut widths: Vec<u64> = numbers.iter().map(share).collect();
    let drawn: u64 = widths.iter().sum();
    if let Some(widest) = widths.iter_mut().max() {
        *widest = (*widest + WIDTH).saturating_sub(drawn.max(1)) * u64::from(total > 0);
    }
    let mut x = 0;
    let placed = widths.into_iter().map(|width| {
        let start = x;
        x += width;
        (start, width)
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn the_parts_fill_the_bar_and_none_is_lost() {
        for numbers in [[1, 0, 0, 0], [400, 1, 1, 3], [0, 7, 7, 7], [100_000, 1, 0, 1]] {
            let parts = segments(&numbers);
            assert_eq!(parts.iter().map(|(_, width)| width).sum::<u64>(), 1000, "{numbers:?}");
            assert!(parts.iter().zip(numbers).all(|((_, width), number)| (*width > 0) == (number > 0)), "{numbers:?}");
        }
        assert_eq!(segments(&[0, 0]), [(0, 0), (0, 0)]);
    }
}
