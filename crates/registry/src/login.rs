//! How we show who we are, when a registry asks.

use serde::Deserialize;
use wire::{Get, Request, Response, Vain, shown};

use crate::challenge::{Challenge, form};
use crate::credentials::Credentials;
use crate::reply::{header, read};
use crate::repository::{Access, Repository};

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Repository {
    /// What is to be shown: none if we have nothing of that kind.
    pub(crate) fn log_in<B>(&self, answer: &Response<B>) -> Result<Option<String>, Vain> {
        let wish = header(answer, "www-authenticate").and_then(|wish| Challenge::parse(&wish));
        let (realm, service) = match wish {
            Some(Challenge::Basic) => return Ok(self.credentials.basic()),
            Some(Challenge::Bearer { realm, service }) => (realm, service),
            None => return Ok(None),
        };
        let own = self.scope();
        let others: Vec<String> =
            self.also_read().iter().map(|name| format!("repository:{name}:pull")).collect();
        let all: Vec<&str> =
            [own.as_str()].into_iter().chain(others.iter().map(String::as_str)).collect();
        let token = self.token(&realm, &service, &all);
        // Who may not read the others can still do without.
        let token = if others.is_empty() {
            token
        } else {
            token.or_else(|_| self.token(&realm, &service, &[&own]))
        };
        token.map(Some)
    }

    fn scope(&self) -> String {
        let actions = match self.access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
            Access::Delete => "pull,push,delete",
        };
        format!("repository:{}:{actions}", self.reference.repository)
    }

    fn token(&self, realm: &str, service: &str, scopes: &[&str]) -> Result<String, Vain> {
        let answer = match &self.credentials {
            Credentials::Identity(token) => {
                let scopes = scopes.join(" ");
                let body = form(&[
                    ("service", service),
                    ("scope", &scopes),
                    ("grant_type", "refresh_token"),
                    ("client_id", "bootgate"),
                    ("refresh_token", token),
                ]);
                let headers = [("content-type", "application/x-www-form-urlencoded")];
                self.http.open(&Request {
                    method: "POST",
                    url: realm,
                    headers: &headers,
                    body: body.as_bytes(),
                })?
            }
            credentials => {
                let scopes = scopes.iter().map(|scope| ("scope", *scope));
                let asked: Vec<_> = [("service", service)].into_iter().chain(scopes).collect();
                let joint = if realm.contains('?') { '&' } else { '?' };
                let url = format!("{realm}{joint}{}", form(&asked));
                let authorization = credentials.basic();
                self.http.get(&Get {
                    url: &url,
                    headers: &[],
                    authorization: authorization.as_deref(),
                })?
            }
        };
        let status = answer.status();
        let none = || format!("`{}` gave no token", shown(realm));
        if !status.is_success() {
            return Err(Vain::for_good(format!("{}: status {}", none(), status.as_u16())));
        }
        let token: Option<Token> = serde_json::from_slice(read(answer)?.body()).ok();
        let token = token.and_then(|answer| answer.token.or(answer.access_token));
        let token = token.filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
        Ok(format!("Bearer {}", token.ok_or_else(|| Vain::for_good(none()))?))
    }
}
