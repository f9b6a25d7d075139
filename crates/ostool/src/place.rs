//! Lines and columns of a text.

/// A line and a column, both from 1; columns are characters.
pub(crate) type Place = (u32, u32);

/// A text whose lines are known.
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Lines<'t> {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(index, _)| index + 1)).collect();
        Lines { text, starts }
    }

    /// Where the byte at `offset` stands.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let before = self.text.get(self.starts[line - 1]..offset).unwrap_or_default();
        let counted = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (counted(line), counted(before.chars().count() + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let lines = Lines::of("é = 1\nb");
        assert_eq!(
            [0, 3, 7, 99].map(|offset| lines.place(offset)),
            [(1, 1), (1, 3), (2, 1), (2, 1)]
        );
    }
}
