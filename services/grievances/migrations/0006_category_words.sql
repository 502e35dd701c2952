-- A category goes out in facts, so it is a word: others refuse anything else, and no text can hide in it.
ALTER TABLE categories ADD CONSTRAINT categories_are_words CHECK (category ~ '^[a-z_]{1,40}$') NOT VALID;
