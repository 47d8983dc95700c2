package podspec

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"go.yaml.in/yaml/v3"
)

// scalar decodes a string, number or boolean.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path *field.Path) {
	if n.Kind != yaml.ScalarNode {
		d.wrong(n, path, "want %s, got %s%s", wanted(v.Kind()), describe(n), d.scalarHint(n, v.Kind()))
		return
	}
	text, err := scalarJSON(n)
	if err != nil {
		d.wrong(n, path, "want %s, got %s", wanted(v.Kind()), describe(n))
		return
	}
	if !set(v, string(text), n.Value) {
		d.wrong(n, path, "want %s, got %s%s", wanted(v.Kind()), describe(n), d.scalarHint(n, v.Kind()))
	}
}

// set puts JSON into a value, as encoding/json would. A JSON string's text is given beside it.
func set(v reflect.Value, text, str string) bool {
	switch v.Kind() {
	case reflect.String:
		if text[0] == '"' {
			v.SetString(str)
			return true
		}
	case reflect.Bool:
		v.SetBool(text == "true")
		return text == "true" || text == "false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(i)
		return err == nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		u, err := strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(u)
		return err == nil
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(f)
		return err == nil
	}
	return false
}

// wanted names what a field takes.
func wanted(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "an integer"
}

// scalarHint says how to write what was probably meant.
func (d *decoder) scalarHint(n *yaml.Node, k reflect.Kind) string {
	if isPlaceholder(n) {
		return renderHint + ", or quote it"
	}
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	text, err := scalarJSON(n)
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	switch {
	case err != nil:
	case unrendered(n.Value) != "":
		return unrendered(n.Value)
	case k != reflect.String && oddSpace(n.Value) >= 0:
		return oddSpaceHint(n.Value)
	case k == reflect.String:
		return ": quote it: " + strconv.Quote(n.Value)
	case quoted && k == reflect.Bool && (n.Value == "true" || n.Value == "false"):
		return ": write it without quotes"
	case quoted && k != reflect.Bool:
		if _, err := strconv.ParseInt(n.Value, 10, 32); err == nil {
			return ": write it without quotes"
		}
	case k != reflect.Bool && text[0] != '"' && text[0] != 't' && text[0] != 'f':
		if isDigits(n.Value) {
			return ": too large"
		}
	}
	return ""
}

// isDigits says that a number is written as an integer, however large.
func isDigits(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// bytes decodes base64.
func (d *decoder) bytes(n *yaml.Node, v reflect.Value, path *field.Path) {
	var text string
	s := reflect.ValueOf(&text).Elem()
	before := len(d.bad)
	d.scalar(n, s, path)
	if len(d.bad) > before {
		return
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		plain := "stringData"
		if strings.HasPrefix(path.String(), "binaryData") {
			plain = "data"
		}
		d.wrong(n, path, "want base64, got %q: plain text goes under %s", shorten(text), plain)
		return
	}
	v.SetBytes(data)
}

// custom decodes a type that reads its own JSON: quantities, times, ports that may be names.
func (d *decoder) custom(n *yaml.Node, u json.Unmarshaler, path *field.Path) {
	if isPlaceholder(n) {
		d.wrong(n, path, "want %s, got %s%s", customWanted(u), describe(n), renderHint)
		return
	}
	text, err := d.rawJSON(n, path)
	if err != nil {
		d.wrong(n, path, "%v", err)
		return
	}
	if err := u.UnmarshalJSON(text); err != nil {
		d.wrong(n, path, "want %s, got %s%s", customWanted(u), describe(n), customHint(n, u))
	}
}

func customWanted(u json.Unmarshaler) string {
	switch u.(type) {
	case *resource.Quantity:
		return "a quantity (such as 500m, 2 or 128Mi)"
	case *intstr.IntOrString:
		return "a number or a name"
	case *metav1.Time, *metav1.MicroTime:
		return "a time (such as 2006-01-02T15:04:05Z)"
	case *metav1.Duration:
		return "a duration (such as 30s)"
	}
	return fmt.Sprintf("a %T", u)
}

// customHint tries the ways in which quantities are miswritten: 128MB, 1 Gi, 128mi.
func customHint(n *yaml.Node, u json.Unmarshaler) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	if hint := unrendered(n.Value); hint != "" {
		return hint
	}
	if _, ok := u.(*resource.Quantity); !ok {
		return ""
	}
	text := strings.ReplaceAll(n.Value, " ", "")
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := strings.TrimSuffix(strings.ToLower(text[len(number):]), "b")
	if unit == "" || len(unit) > 2 {
		return ""
	}
	unit = strings.ToUpper(unit[:1]) + unit[1:]
	if unit == "K" {
		unit = "k"
	}
	if _, err := resource.ParseQuantity(number + unit); err != nil {
		return ""
	}
	return ": did you mean " + number + unit + "?"
}
