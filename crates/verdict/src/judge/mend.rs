//! Lines that the kernel has printed into are judged in parts, and once more when they are whole.

use super::{Judge, Notice, is_allowed};
use crate::Line;
use crate::automaton::Role;

impl Judge {
    /// Takes note of a complete line, `answered` if an echo was taken out of it.
    pub(super) fn mend(
        &mut self,
        hits: &[(usize, Role)],
        text: &[u8],
        answered: bool,
        line: &Line,
        notices: &mut Vec<Notice>,
    ) {
        let is_torn = hits.iter().any(|(_, role)| matches!(role, Role::Torn));
        if !is_torn && self.torn.is_empty() {
            return;
        }
        let ids: Vec<usize> = hits.iter().map(|(id, _)| *id).collect();
        if let Some(whole) = self.torn.line(text, &ids, answered) {
            self.whole(whole, line, notices);
        }
    }

    /// Judges what no part of it has shown. It stands on the line on which it ended.
    pub(super) fn whole(
        &mut self,
        (text, known): (Vec<u8>, Vec<usize>),
        end: &Line,
        notices: &mut Vec<Notice>,
    ) {
        // The kernel may have printed into an echo, too.
        let text = if self.echo.is_idle() { text } else { self.echo.strip(&text) };
        let mut hits = self.automaton.hits(&text, 0, text.len());
        let line = Line { text: Line::shown(&text), ..end.clone() };
        let allowed = is_allowed(&hits);
        hits.retain(|(id, _)| !known.contains(id));
        for &(id, role) in &hits {
            if matches!(role, Role::Test) {
                self.heard.line(&text, &line, allowed, &self.state.recent);
            }
            self.hit(id, role, allowed, &text, &line, notices);
        }
    }
}
