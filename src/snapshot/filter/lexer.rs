//! A text as tokens, each with the character where it begins.

use super::FilterError;
use super::node::{At, wrong};

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A word: a name, a keyword or a function.
    Word(String),
    /// A name in double quotes, which is never a keyword.
    Quoted(String),
    Text(String),
    Number(f64),
    /// `=`, `<=`, `(`, `,` …
    Sign(&'static str),
    End,
}

/// Longer signs stand before those that they begin with.
const SIGNS: [&str; 15] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "^", "%"];

pub fn tokens(text: &str) -> Result<Vec<(At, Token)>, FilterError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut here = 0;
    while here < chars.len() {
        let c = chars[here];
        if c.is_whitespace() {
            here += 1;
            continue;
        }
        let at = At::Character(here + 1);
        let token = match c {
            '\'' => Token::Text(quoted(&chars, &mut here, '\'', &at)?),
            '"' => Token::Quoted(quoted(&chars, &mut here, '"', &at)?),
            c if c.is_ascii_digit() || (c == '.' && chars.get(here + 1).is_some_and(char::is_ascii_digit)) => {
                number(&chars, &mut here, &at)?
            }
            c if c.is_alphabetic() || c == '_' => {
                let start = here;
                while chars.get(here).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':')) {
                    here += 1;
                }
                Token::Word(chars[start..here].iter().collect())
            }
            _ => {
                let rest: String = chars[here..].iter().take(2).collect();
                match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                    Some(sign) => {
                        here += sign.len();
                        Token::Sign(sign)
                    }
                    None => return wrong(&at, format!("«{c}» has no meaning here")),
                }
            }
        };
        tokens.push((at, token));
    }
    tokens.push((At::Character(chars.len() + 1), Token::End));
    Ok(tokens)
}

/// What stands between quotes; two of them are one.
fn quoted(chars: &[char], here: &mut usize, quote: char, at: &At) -> Result<String, FilterError> {
    let mut text = String::new();
    *here += 1;
    loop {
        match chars.get(*here) {
            None => return wrong(at, format!("what begins with {quote} does not end")),
            Some(&c) if c == quote => {
                *here += 1;
                if chars.get(*here) != Some(&quote) {
                    return Ok(text);
                }
                text.push(quote);
            }
            Some(&c) => text.push(c),
        }
        *here += 1;
    }
}

fn number(chars: &[char], here: &mut usize, at: &At) -> Result<Token, FilterError> {
    let start = *here;
    while let Some(&c) = chars.get(*here) {
        let is_sign = matches!(c, '+' | '-') && matches!(chars[*here - 1], 'e' | 'E') && *here > start;
        if !(c.is_ascii_alphanumeric() || c == '.' || is_sign) {
            break;
        }
        *here += 1;
    }
    let text: String = chars[start..*here].iter().collect();
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Ok(Token::Number(n)),
        _ => wrong(at, format!("«{text}» is not a number")),
    }
}
