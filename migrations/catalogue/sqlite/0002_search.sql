-- Words come here folded and cut. The index used to cut them once more, at vowel signs and at letters in circles; now it
-- takes every sign that is no space for a part of a word, so that it finds what every other store finds.
CREATE VIRTUAL TABLE product_words USING fts5 (
    title, codes, tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* S* C*'", prefix = '2 3'
);
INSERT INTO product_words (rowid, title, codes) SELECT rowid, title, codes FROM product_search;
DROP TABLE product_search;
ALTER TABLE product_words RENAME TO product_search;
