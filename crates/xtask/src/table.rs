//! A table for the terminal: columns as wide as their widest cell.

use std::fmt::Write;

/// Lays out `rows` below `head`, two blanks between the columns.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = line(&head, &widths);
    for row in rows {
        text += &line(&row.each_ref().map(String::as_str), &widths);
    }
    text
}

fn line<const N: usize>(cells: &[&str; N], widths: &[usize; N]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{cell:width$}  ");
    }
    format!("   {}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["x86_64".into(), "passed".into()], ["arm".into(), "hung".into()]];
        assert_eq!(
            table(["guest", "verdict"], &rows),
            "   guest   verdict\n   x86_64  passed\n   arm     hung\n"
        );
    }
}
