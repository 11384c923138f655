//! CQL2 text (OGC 21-065r2, annex B) as a tree.
//!
//! Conditions and values are read by one grammar, weakest binding first: `OR`, `AND`, `NOT`, comparison,
//! `+ -`, `* / % DIV`, `^`, sign. Whether a value stands where a condition must is seen when it is compiled.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use super::FilterError;
use super::lexer::{Token, tokens};
use super::node::{At, Budget, DEEPEST, Node, NodeKind, day, interval_end, time, wrong};

pub fn parse(text: &str, max_vertices: usize) -> Result<Node, FilterError> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0, budget: Budget::new(max_vertices) };
    let tree = parser.either()?;
    match parser.peek() {
        Token::End => Ok(tree),
        other => wrong(&parser.at(), format!("the filter should end before {}", show(other))),
    }
}

struct Parser {
    tokens: Vec<(At, Token)>,
    next: usize,
    depth: usize,
    budget: Budget,
}

fn show(token: &Token) -> String {
    match token {
        Token::Word(text) | Token::Quoted(text) => format!("«{text}»"),
        Token::Text(text) => format!("'{text}'"),
        Token::Number(n) => format!("«{n}»"),
        Token::Sign(sign) => format!("«{sign}»"),
        Token::End => "the end".to_owned(),
    }
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].1
    }

    fn at(&self) -> At {
        self.tokens[self.next].0.clone()
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens[self.next].1.clone();
        // The end stays where it is.
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(given) if given.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.is_word(word);
        if is_there {
            self.advance();
        }
        is_there
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_there = matches!(self.peek(), Token::Sign(given) if *given == sign);
        if is_there {
            self.advance();
        }
        is_there
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), FilterError> {
        if self.take_sign(sign) {
            return Ok(());
        }
        wrong(&self.at(), format!("«{sign}» is expected, not {}", show(self.peek())))
    }

    fn expect_word(&mut self, word: &str) -> Result<(), FilterError> {
        if self.take_word(word) {
            return Ok(());
        }
        wrong(&self.at(), format!("{word} is expected, not {}", show(self.peek())))
    }

    fn node(&mut self, at: At, kind: NodeKind) -> Result<Node, FilterError> {
        self.budget.node(&at)?;
        Ok(Node::new(at, kind))
    }

    fn call(&mut self, at: At, name: &str, args: Vec<Node>) -> Result<Node, FilterError> {
        self.node(at, NodeKind::Call(name.to_owned(), args))
    }

    /// Reads something nested, unless it is nested too deeply.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, FilterError>) -> Result<T, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return wrong(&self.at(), format!("the filter is nested more than {DEEPEST} deep"));
        }
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn either(&mut self) -> Result<Node, FilterError> {
        self.chain("or", Self::both)
    }

    fn both(&mut self) -> Result<Node, FilterError> {
        self.chain("and", Self::negated)
    }

    fn chain(&mut self, word: &str, part: fn(&mut Self) -> Result<Node, FilterError>) -> Result<Node, FilterError> {
        let at = self.at();
        let mut parts = vec![part(self)?];
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        match parts.len() {
            1 => Ok(parts.remove(0)),
            _ => self.call(at, word, parts),
        }
    }

    fn negated(&mut self) -> Result<Node, FilterError> {
        let at = self.at();
        if self.take_word("NOT") {
            let inner = self.deeper(Self::negated)?;
            return self.call(at, "not", vec![inner]);
        }
        self.compared()
    }

    fn compared(&mut self) -> Result<Node, FilterError> {
        let left = self.sum()?;
        let at = self.at();
        for sign in ["=", "<>", "<=", ">=", "<", ">"] {
            if self.take_sign(sign) {
                let right = self.sum()?;
                return self.call(at, sign, vec![left, right]);
            }
        }
        if self.take_word("IS") {
            let is_not = self.take_word("NOT");
            self.expect_word("NULL")?;
            let is_null = self.call(at.clone(), "isNull", vec![left])?;
            return self.perhaps_not(is_not, at, is_null);
        }
        let is_not = self.take_word("NOT");
        let test = if self.take_word("LIKE") {
            let pattern = self.sum()?;
            self.call(at.clone(), "like", vec![left, pattern])?
        } else if self.take_word("BETWEEN") {
            let low = self.sum()?;
            self.expect_word("AND")?;
            let high = self.sum()?;
            self.call(at.clone(), "between", vec![left, low, high])?
        } else if self.take_word("IN") {
            let list_at = self.at();
            self.expect_sign("(")?;
            let list = self.list()?;
            let list = self.node(list_at, NodeKind::List(list))?;
            self.call(at.clone(), "in", vec![left, list])?
        } else if is_not {
            return wrong(&self.at(), format!("LIKE, BETWEEN or IN is expected, not {}", show(self.peek())));
        } else {
            return Ok(left);
        };
        self.perhaps_not(is_not, at, test)
    }

    fn perhaps_not(&mut self, is_not: bool, at: At, test: Node) -> Result<Node, FilterError> {
        if is_not { self.call(at, "not", vec![test]) } else { Ok(test) }
    }

    /// Expressions up to the closing bracket, which is taken.
    fn list(&mut self) -> Result<Vec<Node>, FilterError> {
        let mut list = vec![self.deeper(Self::either)?];
        while self.take_sign(",") {
            list.push(self.deeper(Self::either)?);
        }
        self.expect_sign(")")?;
        Ok(list)
    }

    fn sum(&mut self) -> Result<Node, FilterError> {
        let mut left = self.product()?;
        loop {
            let at = self.at();
            let Some(sign) = ["+", "-"].into_iter().find(|sign| self.take_sign(sign)) else { return Ok(left) };
            let right = self.product()?;
            left = self.call(at, sign, vec![left, right])?;
        }
    }

    fn product(&mut self) -> Result<Node, FilterError> {
        let mut left = self.power()?;
        loop {
            let at = self.at();
            let sign = ["*", "/", "%"].into_iter().find(|sign| self.take_sign(sign));
            let Some(sign) = sign.or_else(|| self.take_word("DIV").then_some("div")) else { return Ok(left) };
            let right = self.power()?;
            left = self.call(at, sign, vec![left, right])?;
        }
    }

    fn power(&mut self) -> Result<Node, FilterError> {
        let base = self.signed()?;
        let at = self.at();
        if !self.take_sign("^") {
            return Ok(base);
        }
        let exponent = self.signed()?;
        self.call(at, "^", vec![base, exponent])
    }

    fn signed(&mut self) -> Result<Node, FilterError> {
        let at = self.at();
        if self.take_sign("+") {
            return self.deeper(Self::signed);
        }
        if !self.take_sign("-") {
            return self.value();
        }
        let inner = self.deeper(Self::signed)?;
        if let NodeKind::Number(n) = inner.kind {
            return Ok(Node::new(at, NodeKind::Number(-n)));
        }
        let minus_one = self.node(at.clone(), NodeKind::Number(-1.0))?;
        self.call(at, "*", vec![minus_one, inner])
    }

    fn value(&mut self) -> Result<Node, FilterError> {
        let at = self.at();
        match self.advance() {
            Token::Number(n) => self.node(at, NodeKind::Number(n)),
            Token::Text(text) => self.node(at, NodeKind::Text(text)),
            Token::Quoted(name) => self.node(at, NodeKind::Property(name)),
            Token::Sign("(") => {
                let inner = self.deeper(Self::either)?;
                self.expect_sign(")")?;
                Ok(inner)
            }
            Token::Word(word) => self.word(at, &word),
            other => wrong(&at, format!("a condition or a value is expected, not {}", show(&other))),
        }
    }

    fn word(&mut self, at: At, word: &str) -> Result<Node, FilterError> {
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "TRUE" | "FALSE" => return self.node(at, NodeKind::Boolean(upper == "TRUE")),
            "AND" | "OR" | "IS" | "LIKE" | "BETWEEN" | "IN" | "DIV" => {
                return wrong(&at, format!("a condition or a value is expected, not {upper}"));
            }
            "NULL" => return wrong(&at, "nothing equals NULL; write IS NULL"),
            _ => {}
        }
        let is_call = matches!(self.peek(), Token::Sign("("));
        match upper.as_str() {
            "POINT" | "LINESTRING" | "POLYGON" | "MULTIPOINT" | "MULTILINESTRING" | "MULTIPOLYGON"
            | "GEOMETRYCOLLECTION"
                if is_call || self.is_word("Z") || self.is_word("EMPTY") =>
            {
                let geometry = self.geometry(&upper, &at)?;
                self.node(at, NodeKind::Geometry(geometry))
            }
            "BBOX" if is_call => self.bbox(at),
            "DATE" if is_call => {
                let (text_at, text) = self.one_text()?;
                self.node(at, NodeKind::Date(day(&text, &text_at)?))
            }
            "TIMESTAMP" if is_call => {
                let (text_at, text) = self.one_text()?;
                self.node(at, NodeKind::Timestamp(time(&text, &text_at)?))
            }
            "INTERVAL" if is_call => {
                self.expect_sign("(")?;
                let start = self.interval_end()?;
                self.expect_sign(",")?;
                let end = self.interval_end()?;
                self.expect_sign(")")?;
                self.node(at, NodeKind::Interval(Box::new([start, end])))
            }
            _ if is_call => {
                self.expect_sign("(")?;
                let args = self.list()?;
                self.call(at, &word.to_ascii_lowercase(), args)
            }
            _ => self.node(at, NodeKind::Property(word.to_owned())),
        }
    }

    fn one_text(&mut self) -> Result<(At, String), FilterError> {
        self.expect_sign("(")?;
        let at = self.at();
        let Token::Text(text) = self.advance() else { return wrong(&at, "a text in single quotes is expected") };
        self.expect_sign(")")?;
        Ok((at, text))
    }

    fn interval_end(&mut self) -> Result<Option<Node>, FilterError> {
        let at = self.at();
        if let Token::Text(text) = self.peek() {
            let text = text.clone();
            self.advance();
            return interval_end(&text, &at);
        }
        self.value().map(Some)
    }

    fn bbox(&mut self, at: At) -> Result<Node, FilterError> {
        self.expect_sign("(")?;
        let mut numbers = vec![self.number()?];
        while self.take_sign(",") {
            numbers.push(self.number()?);
        }
        self.expect_sign(")")?;
        let corners = match numbers[..] {
            [a, b, c, d] | [a, b, _, c, d, _] => [[a, b], [c, d]],
            _ => return wrong(&at, format!("BBOX has {} numbers; there must be 4 or 6", numbers.len())),
        };
        self.node(at, NodeKind::Bbox(corners))
    }

    fn number(&mut self) -> Result<f64, FilterError> {
        let at = self.at();
        let sign = if self.take_sign("-") { -1.0 } else { 1.0 };
        match self.advance() {
            Token::Number(n) => Ok(sign * n),
            other => wrong(&at, format!("a number is expected, not {}", show(&other))),
        }
    }

    fn geometry(&mut self, tag: &str, at: &At) -> Result<Geometry<f64>, FilterError> {
        let has_height = self.take_word("Z");
        if self.is_word("EMPTY") {
            return wrong(at, "an empty geometry meets nothing");
        }
        let position = |parser: &mut Self| parser.position(has_height);
        let line = |parser: &mut Self| parser.bracketed(position).map(LineString);
        let polygon = |parser: &mut Self| {
            let mut rings = parser.bracketed(line)?.into_iter();
            let exterior = rings.next().expect("bracketed gives one at least");
            Ok(Polygon::new(exterior, rings.collect()))
        };
        Ok(match tag {
            "POINT" => {
                self.expect_sign("(")?;
                let point = self.position(has_height)?;
                self.expect_sign(")")?;
                Point(point).into()
            }
            "LINESTRING" => line(self)?.into(),
            "POLYGON" => polygon(self)?.into(),
            "MULTILINESTRING" => MultiLineString(self.bracketed(line)?).into(),
            "MULTIPOLYGON" => MultiPolygon(self.bracketed(polygon)?).into(),
            "MULTIPOINT" => MultiPoint(self.bracketed(|parser| {
                // Brackets around each point may be left out.
                let has_brackets = parser.take_sign("(");
                let point = parser.position(has_height)?;
                if has_brackets {
                    parser.expect_sign(")")?;
                }
                Ok(Point(point))
            })?)
            .into(),
            "GEOMETRYCOLLECTION" => Geometry::GeometryCollection(GeometryCollection(self.deeper(|parser| {
                parser.bracketed(|parser| {
                    let at = parser.at();
                    match parser.advance() {
                        Token::Word(tag) if !tag.eq_ignore_ascii_case("GEOMETRYCOLLECTION") => {
                            parser.geometry(&tag.to_ascii_uppercase(), &at)
                        }
                        other => wrong(&at, format!("a geometry is expected, not {}", show(&other))),
                    }
                })
            })?)),
            other => return wrong(at, format!("a geometry is expected, not «{other}»")),
        })
    }

    /// One or more in brackets.
    fn bracketed<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, FilterError>,
    ) -> Result<Vec<T>, FilterError> {
        self.expect_sign("(")?;
        let mut parts = vec![read(self)?];
        while self.take_sign(",") {
            parts.push(read(self)?);
        }
        self.expect_sign(")")?;
        Ok(parts)
    }

    fn position(&mut self, has_height: bool) -> Result<Coord<f64>, FilterError> {
        self.budget.vertex(&self.at())?;
        let at = Coord { x: self.number()?, y: self.number()? };
        if has_height {
            self.number()?;
        }
        Ok(at)
    }
}
