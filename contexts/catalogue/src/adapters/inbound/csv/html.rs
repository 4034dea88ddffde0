//! Plain text out of the HTML that other shops keep in their descriptions.
//!
//! Tokens are those of the HTML standard. It keeps words, paragraphs and lists, and says what else there was. What it
//! returns is escaped when shown, so nothing that slips through can act.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// What a piece of HTML says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PlainText {
    /// Its words, in paragraphs parted by empty lines.
    pub text: String,
    /// What it showed besides, such as `links`; in order, each once.
    pub dropped: Vec<&'static str>,
}

/// The words of a piece of HTML.
pub(super) fn to_text(html: &str) -> PlainText {
    if !html.contains(['<', '&']) {
        return PlainText { text: html.trim().to_owned(), dropped: Vec::new() };
    }
    let tokenizer = Tokenizer::new(Words::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    // The words ask for no pause, so all is read at once.
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let Reading { text, dropped, .. } = tokenizer.sink.0.into_inner();
    PlainText { text: tidy(&text), dropped }
}

/// The letters that named and numbered references stand for: `&amp;` is `&`. For texts that are no HTML and have been
/// written as if they were.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // A tag would otherwise begin at every `<`.
    to_text(&text.replace('<', "&lt;")).text
}

#[derive(Default)]
struct Words(RefCell<Reading>);

#[derive(Default)]
struct Reading {
    text: String,
    dropped: Vec<&'static str>,
    /// Open lists: the number of the last item, or `None` where items have none.
    lists: Vec<Option<u32>>,
    /// The open element whose content is skipped.
    hidden: Option<String>,
}

impl TokenSink for Words {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if reading.hidden.is_none() => reading.text.push_str(&text),
            Token::TagToken(tag) => return reading.tag(&tag),
            Token::CharacterTokens(_)
            | Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reading {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let (name, opens) = (tag.name.as_ref(), tag.kind == TagKind::StartTag);
        if let Some(hidden) = &self.hidden {
            if !opens && hidden == name {
                self.hidden = None;
            }
            return TokenSinkResult::Continue;
        }
        match (name, opens) {
            ("script" | "style" | "iframe" | "noembed" | "noframes" | "title" | "textarea", true) => {
                return self.hide(name);
            }
            ("template" | "select" | "object" | "svg" | "video" | "audio", true) if !tag.self_closing => {
                self.drop(name);
                self.hidden = Some(name.to_owned());
            }
            ("ul" | "menu", true) => self.open_list(None),
            ("ol", true) => self.open_list(Some(0)),
            ("ul" | "menu" | "ol", false) => {
                self.lists.pop();
                self.text.push_str(if self.lists.is_empty() { "\n\n" } else { "\n" });
            }
            ("li", true) => self.item(),
            ("br" | "tr" | "dt" | "dd" | "option", _) | ("li", false) => self.text.push('\n'),
            ("td" | "th", false) => self.text.push(' '),
            ("a", true) if tag.attrs.iter().any(|attribute| &*attribute.name.local == "href") => self.drop("a"),
            ("img" | "picture" | "embed", true) => self.drop(name),
            _ if is_block(name) => self.text.push_str("\n\n"),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// Content of these is no HTML, and no text of the description either.
    fn hide(&mut self, name: &str) -> TokenSinkResult<()> {
        self.drop(name);
        self.hidden = Some(name.to_owned());
        TokenSinkResult::RawData(match name {
            "script" => RawKind::ScriptData,
            "title" | "textarea" => RawKind::Rcdata,
            _ => RawKind::Rawtext,
        })
    }

    fn drop(&mut self, name: &str) {
        let what = match name {
            "a" => "links",
            "img" | "picture" | "svg" => "pictures",
            "iframe" | "object" | "embed" | "video" | "audio" => "frames and films",
            _ => return,
        };
        if !self.dropped.contains(&what) {
            self.dropped.push(what);
        }
    }

    fn open_list(&mut self, number: Option<u32>) {
        self.text.push_str(if self.lists.is_empty() { "\n\n" } else { "\n" });
        self.lists.push(number);
    }

    fn item(&mut self) {
        let depth = self.lists.len().saturating_sub(1).min(9);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            Some(None) | None => "- ".to_owned(),
        };
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(INDENT, depth));
        self.text.push_str(&mark);
    }
}

/// Stands for one level of a list until white space has been tidied.
const INDENT: char = '\u{1}';

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 31] = [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
    ];
    BLOCKS.contains(&name)
}

/// One space between words, at most one empty line between paragraphs, no control characters.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let depth = line.chars().take_while(|letter| *letter == INDENT).count();
        let words = line.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let repeated = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !repeated && line != "-" {
            lines.push(format!("{}{line}", "  ".repeat(depth)));
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        to_text(html).text
    }

    #[test]
    fn words_and_paragraphs_stay() {
        let html =
            "<p>Light &amp; quiet&nbsp;&ndash; 5 &lt; 6.</p>\n<ul><li>One</li><li><b>Two</b></li></ul><p>End</p>";
        assert_eq!(text(html), "Light & quiet – 5 < 6.\n\n- One\n\n- Two\n\nEnd");
        assert_eq!(text("plain\n\ntext"), "plain\n\ntext");
        assert_eq!(
            text("<dl><dt>K</dt><dd>V</dd></dl><section>One</section><section>Two</section>"),
            "K\n\nV\n\nOne\n\nTwo"
        );
        assert_eq!(text("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>x"), "1. a\n\n  - b\n\n2. c\n\nx");
    }

    #[test]
    fn every_reference_of_the_standard_is_read() {
        assert_eq!(text("Caf&eacute; &euro;5 &bull; Gr&ouml;&szlig;e &frac12;"), "Café €5 • Größe ½");
        assert_eq!(
            text("&notin; &CounterClockwiseContourIntegral; &amp &copy2026 &#x41;&#66; &#128; &unknown;"),
            "∉ ∳ & ©2026 AB € &unknown;"
        );
        assert_eq!(unescape("Salt &amp; Pepper &lt;3 a<b"), "Salt & Pepper <3 a<b");
    }

    #[test]
    fn tags_and_comments_end_where_the_standard_says() {
        assert_eq!(text("<!-- a <b>x</b> --><p>One"), "One");
        assert_eq!(text("<p title=\"a > b\">One"), "One");
        assert_eq!(text("<![CDATA[x]]>One"), "One");
        assert_eq!(text("5 < 6 and 7 > 6"), "5 < 6 and 7 > 6");
    }

    #[test]
    fn scripts_and_styles_go_and_what_is_lost_is_named() {
        assert_eq!(text("a<script>alert('<p>')</script>b<STYLE>p{}</STYLE >c<!-- x -->d"), "abcd");
        assert_eq!(text("a <img src=x onerror=alert(1)"), "a");
        let lost = to_text("<a href='x'>One</a> <img src=x><iframe src=x>y</iframe><a href='z'>Two</a>");
        assert_eq!((lost.text.as_str(), lost.dropped), ("One Two", vec!["links", "pictures", "frames and films"]));
    }
}
