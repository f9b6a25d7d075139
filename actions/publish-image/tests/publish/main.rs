//! With real servers on loopback: moto as S3, Azurite, wsgidav; and a folder. What the other side does wrong, a relay or a
//! proxy does.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod azure;
mod ended;
mod folder;
mod runner;
mod s3;
mod web;
mod world;
