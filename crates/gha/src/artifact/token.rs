//! The job's runtime token, as far as a client needs to read it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// What the artifact service calls this run and this job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BackendIds {
    pub(super) run: String,
    pub(super) job: String,
}

#[derive(Deserialize)]
struct Claims {
    scp: String,
}

/// Reads the ids from the scope `Actions.Results:<run>:<job>`. Whether the token is genuine is the service's business.
pub(super) fn backend_ids(token: &str) -> Option<BackendIds> {
    let payload = token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let scope = |scope: &str| {
        let (run, job) = scope.strip_prefix("Actions.Results:")?.split_once(':')?;
        Some(BackendIds { run: run.to_owned(), job: job.to_owned() })
    };
    claims.scp.split_whitespace().find_map(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_ids_stand_in_one_of_the_scopes() {
        let token = token(r#"{"scp":"Actions.GenericRead:1 Actions.Results:run-1:job-2","ac":1}"#);
        let ids = BackendIds { run: "run-1".into(), job: "job-2".into() };
        assert_eq!(backend_ids(&token), Some(ids));
    }

    #[test]
    fn what_is_no_such_token_has_no_ids() {
        for token in ["", "a.b.c", "opaque", &token("{}"), &token(r#"{"scp":"Actions.Results:1"}"#)]
        {
            assert_eq!(backend_ids(token), None, "{token}");
        }
    }
}
