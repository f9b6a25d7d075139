//! `report.html`, looked at in a browser.

use testkit::Script;
use testkit::browser::{Browser, DESKTOP, PHONE};

use crate::world::{tried, tried_in_turn};

const PASS: &str = "pass: done\nlimits: { total: 2s, drain: 50ms }\n";

/// The page of a run whose guest says this and powers off.
fn page(console: impl AsRef<[u8]>) -> String {
    tried(PASS, Script::new().say(console).power_off()).file("report.html")
}

/// A console with something to look at: two stages, colours, and a panic on line 4.
fn panicking() -> String {
    page(concat!(
        "SeaBIOS (version 1.16)\r\n[    0.000000] \x1b[32mLinux version 6.1.0\x1b[0m\r\n",
        "nothing here\r\nKernel panic - not syncing: no init\r\n---[ end Kernel panic ]---\r\n",
    ))
}

#[test]
fn the_page_can_be_seen_by_day_and_by_night_on_a_desk_and_on_a_phone() {
    let browser = Browser::open(&panicking());
    for size in [DESKTOP, PHONE] {
        let (day, night) = (browser.picture(size, false), browser.picture(size, true));
        assert_eq!((day.size, night.size), (size, size));
        for picture in [&day, &night] {
            assert!(picture.colours() > 50, "it is blank: {} colours", picture.colours());
        }
        assert!(day.brightness() > 200.0 && night.brightness() < 60.0);
    }
}

#[test]
fn nothing_on_the_page_is_wider_than_a_phone() {
    let rules = format!("{PASS}steps: [{{ expect: {} }}]\n", "w".repeat(200));
    let console =
        format!("Kernel panic - not syncing: {}\n\t{}\n", "p".repeat(300), "<".repeat(3000));
    let page = tried(&rules, Script::new().say(console).power_off()).file("report.html");
    let widths = "document.title = [document.documentElement.scrollWidth, innerWidth]";
    assert_eq!(Browser::driven(&page, widths).title(""), format!("{0},{0}", PHONE.0));
}

#[test]
fn the_console_on_the_page_can_do_nothing() {
    let hostile = [
        &b"<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\r\n"[..],
        b"</code></pre></div></main></style></title><style>*{display:none}</style>\r\n<!-- ]]> --!>\0\xed\xa0\x80\xff\r\n",
        "\u{2028}\u{2029}\u{202e}txt.exe\u{202c} &lt;b&gt; javascript:alert(1)\r\n".as_bytes(),
        b"\x1b]8;;javascript:document.title='owned'\x07link\x1b]8;;\x07 <base href=//example.com><meta http-equiv=refresh content=0>\r\n",
        b"Kernel panic - not syncing: </title><script>document.title='owned'</script>\r\n",
    ]
    .concat();
    let elements = Browser::open(&page(hostile)).elements("#q=<img");
    assert!(elements.contains(
        "<title>crashed scripted: kernel panic: &lt;/title&gt;&lt;script&gt;document.title='owned'&lt;/script&gt;</title>"
    ));
    for (element, count) in [
        ("script", 1),
        ("style", 1),
        ("meta", 4),
        ("img", 0),
        ("base", 0),
        ("main", 1),
        ("code", 6),
    ] {
        let found = elements.matches(&format!("<{element}>")).count()
            + elements.matches(&format!("<{element} ")).count();
        assert_eq!(found, count, "{element}");
    }
    assert!(elements.contains("<output>1 of 1</output>"), "the page's own script has run");
    assert!(elements.contains(
        "<code>\u{fffd}\u{fffd}\u{fffd}txt.exe\u{fffd} &amp;lt;b&amp;gt; javascript:alert(1)</code>"
    ));
    assert!(elements.contains("<code>link &lt;base href"));
}

#[test]
fn the_policy_lets_no_script_run_but_the_pages_own() {
    let page = panicking()
        + "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
    assert_eq!(Browser::open(&page).title(""), "crashed scripted: kernel panic: no init");
    // The same script runs where the policy lets it, so that this test can fail.
    assert_eq!(Browser::driven(&panicking(), "document.title='owned'").title(""), "owned");
}

#[test]
fn a_search_stands_in_the_address_and_marks_what_it_finds() {
    let browser = Browser::open(&panicking());
    let elements = browser.elements("#q=PANIC");
    assert!(elements.contains("<output>1 of 2</output>"));
    assert!(elements.contains(r#"<div class="row proof found now" id="L4">"#), "{elements}");
    assert_eq!(elements.matches("row proof found").count(), 2);
    assert!(elements.contains("<b>linux-panic, fatal</b></div>"), "the line says what hit it");
    assert!(elements.contains(r##"<a href="#L4">linux-panic on 4</a>"##), "{elements}");
    assert!(browser.elements("#q=nowhere").contains("<output>0 of 0</output>"));
    assert!(browser.elements("").contains("<output></output>"));
}

#[test]
fn a_search_goes_on_with_keys_and_buttons_and_begins_again_at_the_end() {
    let drive = "
        const seen = [], see = () => seen.push(document.querySelector('.now')?.id);
        const [input, previous, next] = document.forms[0].elements;
        const press = (key, shiftKey) => input.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey }));
        addEventListener('hashchange', () => {
            see(); next.click(); see(); next.click(); see(); previous.click(); see();
            press('Enter', false); see(); press('Enter', true); see();
            dispatchEvent(new KeyboardEvent('keydown', { key: '/' }));
            document.title = seen.concat(document.activeElement.type, location.hash);
        });
        input.value = 'kernel p';
        input.dispatchEvent(new Event('input'));";
    let title = Browser::driven(&panicking(), drive).title("");
    assert_eq!(title, "L4,L5,L4,L5,L4,L5,search,#q=kernel+p");
}

#[test]
fn an_address_leads_to_a_line() {
    let drive = "addEventListener('load', () => {
        document.title = document.querySelector(':target').textContent;
    })";
    let title = Browser::driven(&panicking(), drive).title("#L3");
    assert!(title.starts_with('3') && title.ends_with("nothing here"), "{title}");
}

#[test]
fn a_try_that_was_put_aside_keeps_its_page_and_the_last_one_leads_there() {
    let good = Script::new().say("done\r\n").power_off();
    let scripts = vec![Script::new().say("nothing\r\n").power_off(), good];
    let tried = tried_in_turn(&format!("{PASS}retries: 2\n"), scripts);
    assert!(tried.file("try-1/report.html").contains("<title>incomplete scripted"));
    let last = tried.file("report.html");
    assert!(
        last.contains("<title>passed scripted")
            && last.contains("2: some passed, and others did not")
    );
    assert!(last.contains(r#"<a href="try-1/report.html">"#));
}
