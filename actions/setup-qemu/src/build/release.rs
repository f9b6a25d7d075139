//! The releases of QEMU that we know: what their tarballs' SHA-256 are.
//!
//! Each was found with the same digits in the packaging of at least two projects that check it themselves.

use crate::version::Version;
use crate::wanted::Wanted;

/// Where the project keeps them.
pub(crate) const SITE: &str = "https://download.qemu.org";

/// Versions and digests, the oldest first.
const RELEASES: &[([u32; 3], &str)] = &[
    ([7, 2, 0], "5b49ce2687744dad494ae90a898c52204a3406e84d072482a1e1be854eeb2157"),
    ([8, 0, 0], "bb60f0341531181d6cc3969dd19a013d0427a87f918193970d9adb91131e56d0"),
    ([8, 0, 2], "f060abd435fbe6794125e2c398568ffc3cfa540042596907a8b18edca34cf6a5"),
    ([8, 0, 3], "ecf4d32cbef9d397bfc8cc50e4d1e92a1b30253bf32e8ee73c7a8dcf9a232b09"),
    ([8, 0, 4], "81c817dda38af958be5bef1a6cf55b658bb2d3fb87c1e6a571de6b7b2c44516c"),
    ([8, 0, 5], "91d3024d51e441c235dcb1b0c87cb3aab302283166e8d3d5f8282aa06c346be1"),
    ([8, 1, 0], "710c101198e334d4762eef65f649bc43fa8a5dd75303554b8acfec3eb25f0e55"),
    ([8, 1, 2], "541526a764576eb494d2ff5ec46aeb253e62ea29035d1c23c0a8af4e6cd4f087"),
    ([8, 1, 3], "43cc176804105586f74f90398f34e9f85787dff400d3b640d81f7779fbe265bb"),
    ([8, 2, 0], "bf00d2fa12010df8b0ade93371def58e632cb32a6bfdc5f5a0ff8e6a1fb1bf32"),
    ([8, 2, 1], "8562751158175f9d187c5f22b57555abe3c870f0325c8ced12c34c6d987729be"),
    ([8, 2, 2], "847346c1b82c1a54b2c38f6edbd85549edeb17430b7d4d3da12620e2962bc4f3"),
    ([9, 0, 0], "32708ac66c30d8c892633ea968c771c1c76d597d70ddead21a0d22ccf386da69"),
    ([9, 0, 1], "d0f4db0fbd151c0cf16f84aeb2a500f6e95009732546f44dafab8d2049bbb805"),
    ([9, 0, 2], "a8c3f596aece96da3b00cafb74baafa0d14515eafb8ed1ee3f7f5c2d0ebf02b6"),
    ([9, 1, 0], "816b7022a8ba7c2ac30e2e0cf973e826f6bcc8505339603212c5ede8e94d7834"),
    ([9, 1, 1], "7dc0f9da5491ff449500f3310063a36b619f236ee45706fd0846eb37d4bba889"),
    ([9, 1, 2], "19fd9d7535a54d6e044e186402aa3b3b1bdfa87c392ec8884855592c8510c96f"),
    ([9, 1, 3], "480a77a0ed13a9b39415f639aa020b4eb0d7cc5a52569510dfd830b3af1bac89"),
    ([9, 2, 0], "f859f0bc65e1f533d040bbe8c92bcfecee5af2c921a6687c652fb44d089bd894"),
    ([9, 2, 2], "752eaeeb772923a73d536b231e05bcc09c9b1f51690a41ad9973d900e4ec9fbf"),
    ([9, 2, 3], "baed494270c361bf69816acc84512e3efed71c7a23f76691642b80bc3de7693e"),
    ([9, 2, 4], "f3cc1c4eabfdb288218ac3e33763dbe9e276d8bc890b867a2335d58de2ddd39a"),
    ([10, 0, 0], "22c075601fdcf8c7b2671a839ebdcef1d4f2973eb6735254fd2e1bd0f30b3896"),
    ([10, 0, 2], "ef786f2398cb5184600f69aef4d5d691efd44576a3cff4126d38d4c6fec87759"),
    ([10, 1, 0], "e0517349b50ca73ebec2fa85b06050d5c463ca65c738833bd8fc1f15f180be51"),
    ([10, 1, 2], "9d75f331c1a5cb9b6eb8fd9f64f563ec2eab346c822cb97f8b35cd82d3f11479"),
    ([10, 1, 5], "1f1209b4db82e6c4417eaf6e7e0b073563572a042d9fb7492b084ba65a9c0693"),
    ([10, 2, 0], "9e30ad1b8b9f7b4463001582d1ab297f39cfccea5d08540c0ca6d6672785883a"),
    ([10, 2, 1], "a3717477d8e2c84d630bfffbc20f6cd3293eb45aa1e6dac6d0cc27689991c9e1"),
    ([10, 2, 2], "784b296ff29c1417aa72323abcb2d2ea9ab9771724f577dcd785c3b04f21e176"),
    ([10, 2, 3], "2aa0e420e4ea89ea34a833f4c4eced96a35b51a9ee8568b232692729b60b064d"),
    ([10, 2, 4], "821b545b92f165e57dddccac5077d76d4d436a226595b8813ad59306bbfd0746"),
    ([11, 0, 0], "c04ca36012653f32d11c674d370cf52a710e7d3f18c2d8b63e4932052a4854d6"),
    ([11, 0, 1], "0d235f5820278d914a3155ec27af8e4258d697ea892895570807d69c0cb8cd64"),
    ([11, 0, 2], "3745f6ea88e2e87fe0dc838b2b1d4e0a770bf48e01a1d5a186842a1fff76ccf5"),
    ([11, 0, 3], "da5fcffc32762820568b828ed430a728864d34d50b6d2f30358597760cbb0523"),
    ([11, 1, 0], "6ee1d1a61f68212476b27108c26da5f449dc09b626d42f8279ba0dc2e08fa858"),
    ([11, 1, 1], "079ffbff8a7111bbc89022107cbabf3bbfd614d5fc9d7cc675991196aca12482"),
    ([11, 1, 2], "731b5681e4bb18be313231579b8efd0296c5b015fa36dc533874b639ba838016"),
];

/// The digits of the tarball of this release.
pub(crate) fn sha256(version: Version) -> Option<&'static str> {
    RELEASES.iter().find(|(release, _)| *release == version.0).map(|(_, digits)| *digits)
}

/// The newest release that will do.
pub(crate) fn newest(wanted: &Wanted) -> Option<Version> {
    let versions = RELEASES.iter().map(|(release, _)| Version(*release));
    versions.filter(|version| wanted.accepts(*version)).max()
}

/// The address of the tarball.
pub(crate) fn url(site: &str, version: Version) -> String {
    format!("{}/qemu-{version}.tar.xz", site.trim_end_matches('/'))
}

/// The releases nearest to one that we do not know, to be named to who asked for it.
pub(crate) fn near(version: Version) -> String {
    let same = RELEASES.iter().filter(|(release, _)| release[..2] == version.0[..2]);
    let names: Vec<String> = same.map(|(release, _)| format!("`{}`", Version(*release))).collect();
    if names.is_empty() {
        "none of its series is".into()
    } else {
        format!("known are {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_every_digest_is_one() {
        assert!(RELEASES.is_sorted_by(|a, b| a.0 < b.0));
        for (release, digits) in RELEASES {
            assert!(
                digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{release:?}"
            );
        }
    }

    #[test]
    fn the_newest_of_a_series_is_taken() {
        let newest = |text: &str| newest(&text.parse().unwrap()).map(|version| version.to_string());
        assert_eq!(newest("8.2.0").as_deref(), Some("8.2.0"));
        assert_eq!(newest("9.2").as_deref(), Some("9.2.4"));
        assert_eq!(newest("3"), None);
    }

    #[test]
    fn an_address_is_that_of_the_project_or_of_a_mirror() {
        let version = Version([8, 2, 0]);
        assert_eq!(url(SITE, version), "https://download.qemu.org/qemu-8.2.0.tar.xz");
        assert_eq!(
            url("https://mirror.example/q/", version),
            "https://mirror.example/q/qemu-8.2.0.tar.xz"
        );
        assert!(near(Version([8, 2, 77])).contains("`8.2.1`"));
    }
}
