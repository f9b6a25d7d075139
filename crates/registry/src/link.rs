//! The header `Link` of RFC 8288, as far as pages need it.

/// What it names as the next page: none if it names none, or cannot be read.
pub(crate) fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (target, after) =
            rest.trim_start_matches([' ', '\t', ',']).strip_prefix('<')?.split_once('>')?;
        let end = end_of_link(after);
        if after[..end].split(';').any(says_next) {
            return Some(target);
        }
        rest = &after[end..];
    }
}

/// Where the parameters of a link end: at a comma that no quotes are around.
fn end_of_link(parameters: &str) -> usize {
    let mut quoted = false;
    let ends = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    parameters.find(ends).unwrap_or(parameters.len())
}

fn says_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|it| it.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_next_page_is_found_among_others() {
        for (header, expected) in [
            ("</v2/x/tags/list?n=2&last=b>; rel=\"next\"", Some("/v2/x/tags/list?n=2&last=b")),
            ("<a,b>;REL=Next", Some("a,b")),
            ("<a>; rel=prev, <b>; title=\"x, <c>\"; rel=\"last next\"", Some("b")),
            ("<a>; title=\"rel=next\"", None),
            ("<a>; rel=nextish", None),
            ("<a>", None),
            ("a; rel=next", None),
            ("<a; rel=next", None),
            ("", None),
        ] {
            assert_eq!(next(header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_fall(header in ".*|[<>;, \"=relnxt]{0,60}") {
            let _any = next(&header);
        }

        #[test]
        fn a_target_is_found_whatever_stands_before_it(
            target in "[^<>\\pC]{1,20}",
            before in prop::collection::vec("<[a-z?=,;]{0,9}>; rel=\"?prev\"?", 0..4),
        ) {
            let links: Vec<String> = before.iter().map(|it| it.replace("\"prev", "prev").replace("prev\"", "prev")).collect();
            let header = [links, vec![format!("<{target}>; rel=\"next\"")]].concat().join(", ");
            prop_assert_eq!(next(&header), Some(target.as_str()));
        }
    }
}
