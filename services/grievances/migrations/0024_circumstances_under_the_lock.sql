-- What a step must know of a case is asked once the case is locked, as it is then and not as it was when the statement
-- began to wait for who had the case in hand: that one may have convened the bodies, and a case that is then closed
-- without knowing it leaves their joint case open for ever. Only a volatile function looks anew.
ALTER FUNCTION circumstances_of(uuid, text, text) VOLATILE;
