//! What GitHub lets an artifact be called.

/// In bytes.
const LONGEST: usize = 200;

/// The name with a dash for each character that GitHub refuses, and never empty.
pub fn sanitised(name: &str) -> String {
    let dashed: String = name.trim().chars().map(|c| if is_refused(c) { '-' } else { c }).collect();
    let name = dashed[..dashed.floor_char_boundary(LONGEST)].trim();
    if name.is_empty() { "artifact".to_owned() } else { name.to_owned() }
}

fn is_refused(c: char) -> bool {
    c.is_control() || "\":<>|*?\\/".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_github_refuses_becomes_a_dash() {
        assert_eq!(sanitised("smoke/x86_64: a\nb"), "smoke-x86_64- a-b");
        assert_eq!(sanitised("  "), "artifact");
        assert_eq!(sanitised(&"é".repeat(300)).len(), 200);
    }
}
