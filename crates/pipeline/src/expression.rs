//! An expression, and what it comes to.

use github_actions_expressions::call::{Call, Function};
use github_actions_expressions::context::Context;
use github_actions_expressions::literal::Literal;
use github_actions_expressions::op::BinOp;
use github_actions_expressions::{Evaluation, Expr};
use serde_json::{Map, Value};

use crate::functions;

/// How long an expression may be, in bytes. Operators in a row are a tree as deep as they are many.
const LONGEST: usize = 8192;

/// How a job stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// No step has failed.
    #[default]
    Success,
    /// A step has failed.
    Failure,
    /// It is to end.
    Cancelled,
}

/// What an expression can look at.
#[derive(Clone, Copy)]
pub struct Contexts<'a> {
    /// The contexts by name, such as `matrix`.
    pub roots: &'a Map<String, Value>,
    /// What `success()` and its like ask for.
    pub status: Status,
    /// The digest of the files that patterns name, in hexadecimal; empty where there are none.
    pub hash_files: &'a dyn Fn(&[String]) -> String,
}

/// An expression whose syntax was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(String);

impl Expression {
    /// Checks what stands between `${{` and `}}`.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn parse(text: &str) -> Result<Expression, String> {
        if text.len() > LONGEST {
            return Err(format!("an expression of more than {LONGEST} bytes"));
        }
        let checked = Expression(text.to_owned());
        checked.tree().map(|_| ())?;
        Ok(checked)
    }

    /// As it is written.
    pub fn source(&self) -> &str {
        self.0.trim()
    }

    /// What it comes to, as JSON; what is no number in JSON is null.
    ///
    /// # Errors
    /// A function cannot take what it is given, or there is no such context.
    pub fn evaluate(&self, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
        value(&self.tree()?, contexts)
    }

    /// The paths of what it looks at, such as `["steps", "boot", "outputs", "verdict"]`, as far as they stand there.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        self.visit(|expr| {
            if let Expr::Context(context) = expr {
                paths.push(context.parts.iter().map_while(|part| name(part)).collect());
            }
        });
        paths
    }

    /// Whether it asks how the job stands, by `success()` and its like.
    pub fn asks_status(&self) -> bool {
        use Function::{Always, Cancelled, Failure, Success};
        let mut asks = false;
        self.visit(|expr| {
            if let Expr::Call(Call { func: Success | Always | Cancelled | Failure, .. }) = expr {
                asks = true;
            }
        });
        asks
    }

    fn tree(&self) -> Result<Expr<'_>, String> {
        let parsed = Expr::parse(&self.0).map_err(|error| match error {
            github_actions_expressions::Error::Call(error) => error.to_string(),
            other => other.to_string(),
        });
        parsed.map(|parsed| parsed.inner)
    }

    fn visit(&self, mut see: impl FnMut(&Expr<'_>)) {
        let Ok(tree) = self.tree() else { return };
        let mut rest = vec![&tree];
        while let Some(expr) = rest.pop() {
            see(expr);
            match expr {
                Expr::Call(call) => rest.extend(call.args.iter().map(|arg| &arg.inner)),
                Expr::Context(context) => rest.extend(context.parts.iter().map(|part| &part.inner)),
                Expr::BinExpr(binary) => rest.extend([&binary.lhs.inner, &binary.rhs.inner]),
                Expr::UnExpr { expr, .. } | Expr::Index(expr) => rest.push(&expr.inner),
                Expr::Literal(_) | Expr::Star | Expr::Identifier(_) => {}
            }
        }
    }
}

/// A part of a path that is the same whatever the contexts hold.
fn name(part: &Expr<'_>) -> Option<String> {
    match part {
        Expr::Identifier(name) => Some(name.as_str().to_lowercase()),
        Expr::Index(index) => match &index.inner {
            Expr::Literal(Literal::String(name)) => Some(name.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn value(expr: &Expr<'_>, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
    match expr {
        Expr::BinExpr(_) => binary(expr, contexts),
        Expr::UnExpr { expr, .. } => Ok(Evaluation::Boolean(!value(expr, contexts)?.as_boolean())),
        Expr::Call(call) => functions::call(call, contexts),
        Expr::Context(context) => found(context, contexts),
        other => other.consteval().ok_or_else(|| "no value stands here".to_owned()),
    }
}

/// From the left, in a loop: a chain of operators is as deep as it is long.
fn binary(expr: &Expr<'_>, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
    let (mut first, mut rest) = (expr, Vec::new());
    while let Expr::BinExpr(binary) = first {
        rest.push((&binary.op, &binary.rhs));
        first = &binary.lhs;
    }
    let mut left = value(first, contexts)?;
    for (op, right) in rest.into_iter().rev() {
        left = match op {
            BinOp::And if !left.as_boolean() => left,
            BinOp::Or if left.as_boolean() => left,
            BinOp::And | BinOp::Or => value(right, contexts)?,
            op => Evaluation::Boolean(compare(op, &left, &value(right, contexts)?)),
        };
    }
    Ok(left)
}

fn compare(op: &BinOp, left: &Evaluation, right: &Evaluation) -> bool {
    let (left, right) = (left.sema(), right.sema());
    match op {
        BinOp::Eq => left == right,
        BinOp::Neq => left != right,
        BinOp::Gt => left > right,
        BinOp::Ge => left >= right,
        BinOp::Lt => left < right,
        BinOp::Le => left <= right,
        BinOp::And | BinOp::Or => false,
    }
}

fn found(context: &Context<'_>, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
    let Some((head, path)) = context.parts.split_first() else { return Ok(Evaluation::Null) };
    let mut found = match &head.inner {
        Expr::Identifier(name) => root(name.as_str(), contexts)?,
        other => value(other, contexts)?,
    };
    let mut is_filtered = false;
    for part in path {
        let key = match &part.inner {
            Expr::Star => None,
            Expr::Index(index) if matches!(index.inner, Expr::Star) => None,
            Expr::Identifier(name) => Some(Evaluation::String(name.as_str().to_owned())),
            Expr::Index(index) => Some(value(index, contexts)?),
            _ => return Err("no name stands behind a dot".to_owned()),
        };
        found = match (key, found) {
            (None, Evaluation::Array(items)) if is_filtered => {
                Evaluation::Array(items.into_iter().flat_map(children).collect())
            }
            (None, one) => Evaluation::Array(children(one)),
            (Some(key), Evaluation::Array(items)) if is_filtered => {
                Evaluation::Array(items.iter().filter_map(|item| at(item, &key)).collect())
            }
            (Some(key), one) => at(&one, &key).unwrap_or(Evaluation::Null),
        };
        is_filtered |= matches!(part.inner, Expr::Star)
            || matches!(&part.inner, Expr::Index(index) if matches!(index.inner, Expr::Star));
    }
    Ok(found)
}

fn root(name: &str, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
    let known = contexts.roots.iter().find(|(root, _)| root.eq_ignore_ascii_case(name));
    let (_, value) = known.ok_or_else(|| format!("there is no context `{name}` here"))?;
    Ok(Evaluation::try_from(value.clone()).unwrap_or(Evaluation::Null))
}

/// The values in it; an object's by the order of their names.
fn children(value: Evaluation) -> Vec<Evaluation> {
    match value {
        Evaluation::Array(items) => items,
        Evaluation::Object(entries) => {
            let mut entries: Vec<_> = entries.into_iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            entries.into_iter().map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    }
}

/// Names know no case, unless there is one that is written the same.
fn at(value: &Evaluation, key: &Evaluation) -> Option<Evaluation> {
    match value {
        Evaluation::Array(items) => {
            let number = key.as_number();
            let is_index = number >= 0.0 && number < items.len() as f64;
            is_index.then(|| items.get(number as usize).cloned()).flatten()
        }
        Evaluation::Object(entries) => {
            let name = key.sema().to_string();
            let alike = || entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name));
            entries.get(&name).or_else(|| alike().map(|(_, value)| value)).cloned()
        }
        _ => None,
    }
}
