//! What a store's refusal means, and what to do about it.

use object_store::Error;
use problem::Problem;

use crate::target::{Kind, Target};

/// How much of a store's own words is shown.
const LONGEST: usize = 300;

/// Says it of something that was to be done there, such as `write`.
pub(crate) fn problem(error: &Error, doing: &str, target: &Target) -> Problem {
    let text = error.to_string();
    let place = target.url("");
    let said = said(&text);
    match error {
        _ if text.contains("xpired") => Problem::user(format!(
            "the credentials for `{place}` have expired: {said}"
        ))
        .hint("get new ones in the step before this, and publish within the time that they last"),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Problem::user(format!(
            "the credentials must not {doing} in `{place}`: {said}"
        ))
        .hint(format!(
            "check who they are of, and that they may read and write there; {}",
            credentials(target.kind)
        )),
        // The files themselves are looked for before: what is missing is what they would be in.
        Error::NotFound { .. } => Problem::user(format!("there is no `{}`: {said}", target.root))
            .hint("make the bucket or container, or correct `to`, `endpoint` and `region`"),
        Error::NotSupported { .. } | Error::InvalidPath { .. } => {
            Problem::user(format!("cannot {doing} in `{place}`: {said}"))
        }
        _ => Problem::infrastructure(format!("cannot {doing} in `{place}`: {said}"))
            .hint("run it again; what is there already is not sent again"),
    }
}

/// What a kind of place wants to have in the environment.
pub(crate) fn credentials(kind: Kind) -> &'static str {
    match kind {
        Kind::S3 => {
            "`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in the environment, as aws-actions/configure-aws-credentials sets them"
        }
        Kind::Gcs => {
            "`GOOGLE_BEARER_TOKEN` in the environment, with the access_token of google-github-actions/auth, or `GOOGLE_SERVICE_ACCOUNT`"
        }
        Kind::Azure => {
            "`AZURE_STORAGE_ACCOUNT_NAME` in the environment, with `AZURE_STORAGE_ACCOUNT_KEY`, `AZURE_STORAGE_SAS_TOKEN` or a federated token"
        }
        Kind::Web => {
            "`PUBLISH_TOKEN`, or `PUBLISH_USERNAME` and `PUBLISH_PASSWORD`, in the environment"
        }
        Kind::Folder => "a folder needs none",
    }
}

/// The code and the message of the store's XML; without one, the end of the text, where the cause is.
fn said(text: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once("</").map(|(content, _)| content)
    };
    let words = match (element("Code"), element("Message")) {
        (Some(code), message) => format!("{code}: {}", message.unwrap_or_default()),
        _ => text.rsplit(" - ").next().unwrap_or(text).to_owned(),
    };
    let words = words.lines().next().unwrap_or_default();
    words.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_store_says_is_short_and_has_no_address() {
        let text = "Generic S3 error: Error performing PUT https://h/b?sig=s in 1s - Server returned non-2xx status code: 400 Bad Request: <?xml?><Error><Code>ExpiredToken</Code><Message>The token\nhas</Message></Error>";
        assert_eq!(said(text), "ExpiredToken: The token");
        assert_eq!(
            said("Error performing PUT https://h/b?sig=s in 1s - HTTP error: the host is unknown"),
            "HTTP error: the host is unknown"
        );
    }

    proptest! {
        #[test]
        fn whatever_a_store_says_is_one_short_line(text in "(<Code>|</|<Message>| - |\\PC|\n|\x1b){0,40}") {
            let said = said(&text);
            prop_assert!(said.chars().count() <= LONGEST && !said.chars().any(char::is_control));
        }
    }
}
