//! A text with expressions in it.

use std::path::Path;
use std::sync::Arc;

use github_actions_expressions::Evaluation;
use problem::Problem;
use serde_json::Value;

use crate::expression::{Contexts, Expression};

/// A value of a workflow, which may hold expressions, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    file: Arc<Path>,
    place: (u32, u32),
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Value(Value),
    Expression(Expression),
}

impl Template {
    pub(crate) fn parse(
        file: &Arc<Path>,
        place: (u32, u32),
        value: &Value,
    ) -> Result<Template, Problem> {
        let template = |parts| Template { file: Arc::clone(file), place, parts };
        let parts = match value {
            Value::String(text) if text.contains("${{") => {
                parts(text).map_err(|wrong| template(Vec::new()).problem(wrong))?
            }
            other => vec![Part::Value(other.clone())],
        };
        Ok(template(parts))
    }

    /// One expression, with or without its braces.
    fn expression(file: &Arc<Path>, place: (u32, u32), value: &Value) -> Result<Template, Problem> {
        match value {
            Value::String(text) if !text.contains("${{") => {
                Template::parse(file, place, &Value::String(format!("${{{{ {text} }}}}")))
            }
            other => Template::parse(file, place, other),
        }
    }

    /// What it comes to: with the type of the expression where that is all there is.
    ///
    /// # Errors
    /// An expression comes to nothing; the user's, with file, line and column.
    pub fn value(&self, contexts: &Contexts<'_>) -> Result<Value, Problem> {
        if let [one] = &self.parts[..] {
            let value = self.part(one, contexts)?;
            return Ok(value.try_into().unwrap_or_default());
        }
        self.text(contexts).map(Value::String)
    }

    /// What it comes to as a text: null is empty.
    ///
    /// # Errors
    /// As [`Template::value`].
    pub fn text(&self, contexts: &Contexts<'_>) -> Result<String, Problem> {
        self.parts.iter().map(|part| Ok(self.part(part, contexts)?.sema().to_string())).collect()
    }

    /// What it comes to as a number of minutes, above zero.
    ///
    /// # Errors
    /// As [`Template::value`], or it is no such number.
    pub fn minutes(&self, contexts: &Contexts<'_>) -> Result<f64, Problem> {
        let text = self.text(contexts)?;
        let minutes = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
        minutes
            .ok_or_else(|| self.problem(format!("{} is no number of minutes", spec::quoted(&text))))
    }

    /// What it comes to where that is certain, and else as it is written.
    pub fn shown(
        &self,
        contexts: &Contexts<'_>,
        is_certain: &dyn Fn(&Expression) -> bool,
    ) -> String {
        let shown = |part: &Part| match part {
            Part::Expression(expression) if !is_certain(expression) => {
                format!("${{{{ {} }}}}", expression.source())
            }
            part => self
                .part(part, contexts)
                .map_or_else(|problem| problem.message, |value| value.sema().to_string()),
        };
        self.parts.iter().map(shown).collect()
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(expression) => Some(expression),
            Part::Value(_) => None,
        })
    }

    /// A mistake at its place.
    pub fn problem(&self, wrong: impl Into<String>) -> Problem {
        spec::Error::at(&self.file, self.place, wrong, None).into()
    }

    fn part(&self, part: &Part, contexts: &Contexts<'_>) -> Result<Evaluation, Problem> {
        match part {
            Part::Value(value) => {
                Ok(Evaluation::try_from(value.clone()).unwrap_or(Evaluation::Null))
            }
            Part::Expression(expression) => expression
                .evaluate(contexts)
                .map_err(|wrong| self.problem(format!("`{}`: {wrong}", expression.source()))),
        }
    }
}

/// Texts and expressions in turn. Braces inside of an expression's strings end nothing.
fn parts(text: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((before, inside)) = rest.split_once("${{") {
        let end = end(inside).ok_or_else(|| "`${{` without its `}}`".to_owned())?;
        if !before.is_empty() {
            parts.push(Part::Value(before.into()));
        }
        let expression = &inside[..end];
        let parsed = Expression::parse(expression)
            .map_err(|wrong| format!("{}: {wrong}", spec::quoted(expression.trim())))?;
        parts.push(Part::Expression(parsed));
        rest = &inside[end + 2..];
    }
    if !rest.is_empty() {
        parts.push(Part::Value(rest.into()));
    }
    Ok(parts)
}

fn end(inside: &str) -> Option<usize> {
    let mut is_string = false;
    let bytes = inside.as_bytes();
    bytes.iter().enumerate().find_map(|(at, byte)| {
        is_string ^= *byte == b'\'';
        (!is_string && bytes[at..].starts_with(b"}}")).then_some(at)
    })
}

/// An `if:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(Template);

impl Condition {
    pub(crate) fn parse(
        file: &Arc<Path>,
        place: (u32, u32),
        value: &Value,
    ) -> Result<Condition, Problem> {
        Template::expression(file, place, value).map(Condition)
    }

    /// Whether it holds. Where it does not ask how the job stands, `success()` has to hold, too.
    ///
    /// # Errors
    /// As [`Template::value`].
    pub fn holds(&self, contexts: &Contexts<'_>) -> Result<bool, Problem> {
        if !self.0.expressions().any(Expression::asks_status)
            && contexts.status != Default::default()
        {
            return Ok(false);
        }
        let value = Evaluation::try_from(self.0.value(contexts)?);
        Ok(value.is_ok_and(|value| value.as_boolean()))
    }

    /// The text that it is.
    pub fn template(&self) -> &Template {
        &self.0
    }
}
