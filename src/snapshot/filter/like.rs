//! The pattern of LIKE: `%` is any text, `_` any character, `\` takes the next one as it is.

#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Char(char),
    AnyChar,
    AnyText,
}

impl Pattern {
    /// `None` when it ends with a lone backslash.
    pub fn new(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '%' => Part::AnyText,
                '_' => Part::AnyChar,
                '\\' => Part::Char(chars.next()?),
                c => Part::Char(c),
            });
        }
        Some(Self { parts })
    }

    /// Goes back at most to the last `%`, so the work is at most pattern × text.
    pub fn matches(&self, text: &str) -> bool {
        let (mut part, mut rest) = (0, text.chars());
        let mut last_any: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut ahead = rest.clone();
            let next = ahead.next();
            match (self.parts.get(part), next) {
                (Some(Part::AnyText), _) => {
                    part += 1;
                    last_any = Some((part, rest.clone()));
                    continue;
                }
                (Some(Part::AnyChar), Some(_)) => {}
                (Some(Part::Char(wanted)), Some(given)) if *wanted == given => {}
                (None, None) => return true,
                _ => {
                    // The last `%` takes one character more.
                    let Some((after, from)) = &mut last_any else { return false };
                    if from.next().is_none() {
                        return false;
                    }
                    (part, rest) = (*after, from.clone());
                    continue;
                }
            }
            part += 1;
            rest = ahead;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        Pattern::new(pattern).expect("a pattern").matches(text)
    }

    #[test]
    fn any_text_any_character_and_taken_as_it_is() {
        assert!(like("仁德西路12号", "仁德%路%号"));
        assert!(like("东门", "_门") && !like("东大门", "_门"));
        assert!(like("", "%") && !like("", "_"));
        assert!(like("50%", "50\\%") && !like("501", "50\\%"));
        assert!(like("abcabd", "%abd") && !like("abcab", "%abd"));
        assert_eq!(Pattern::new("a\\"), None);
    }
}
