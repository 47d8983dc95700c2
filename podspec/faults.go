package podspec

// plainFault says a fault of the YAML library in plain words, "" for the rare ones; %c is the character at the fault.
func plainFault(fault string) string {
	switch fault {
	case "mapping values are not allowed in this context":
		return `a ":" where none can be: is the indentation right? A text with ": " in it needs quotes`
	case "did not find expected key", "could not find expected ':'":
		return `this line does not fit: is its indentation that of the lines around it, and is it "key: value" with a space after the colon?`
	case "did not find expected '-' indicator":
		return `this line does not fit in the list before it: is its indentation right, and does an item begin with "- "?`
	case "block sequence entries are not allowed in this context":
		return `a list item ("- ") cannot stand here: begin the list on a line of its own`
	case "found unexpected end of stream":
		return "the quote %c is never closed"
	case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
		return "the bracket %c is not closed, a comma is missing in it, or a text in it needs quotes (one with a ? does)"
	case "found character that cannot start any token":
		return "a value cannot begin with %c: put it in quotes"
	case "found unknown escape character":
		return `no such escape as \%c between double quotes: write \\ for a backslash, or use single quotes`
	case "did not find expected alphabetic or numeric character":
		return "an anchor (&) or alias (*) needs a name: a text that begins with it needs quotes"
	case "did not find expected comment or line break":
		return "nothing can follow | or > on its line: the text begins on the next"
	case "did not find expected node content":
		return "a value is missing here"
	}
	return ""
}
