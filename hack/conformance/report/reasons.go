package report

import (
	"fmt"
	"regexp"

	"sigs.k8s.io/yaml"
)

// NoReason is what is said of a spec that does not pass and that no rule explains.
const NoReason = "no reason given yet"

// Reasons says why specs do not pass.
type Reasons struct {
	rules []rule
}

type rule struct {
	pattern *regexp.Regexp
	reason  string
}

// ParseReasons reads a YAML list of rules: spec, a regular expression of names, and reason. The
// first rule that matches a spec counts.
func ParseReasons(data []byte) (Reasons, error) {
	var written []struct {
		Spec   string `json:"spec"`
		Reason string `json:"reason"`
	}
	if err := yaml.UnmarshalStrict(data, &written); err != nil {
		return Reasons{}, fmt.Errorf("read reasons: %w", err)
	}
	var reasons Reasons
	for i, one := range written {
		if one.Spec == "" || one.Reason == "" {
			return Reasons{}, fmt.Errorf("read reasons: rule %d lacks spec or reason", i+1)
		}
		pattern, err := regexp.Compile(one.Spec)
		if err != nil {
			return Reasons{}, fmt.Errorf("read reasons: rule %d: %w", i+1, err)
		}
		reasons.rules = append(reasons.rules, rule{pattern: pattern, reason: one.Reason})
	}
	return reasons, nil
}

// Of is the reason why a spec did not pass. A spec that skipped itself gives its own.
func (r Reasons) Of(spec Spec) string {
	for _, rule := range r.rules {
		if rule.pattern.MatchString(spec.Name) {
			return rule.reason
		}
	}
	if spec.Outcome == Skipped {
		return FirstLine(spec.Message)
	}
	return NoReason
}

// Unused are the rules that match none of the specs: they may be out of date.
func (r Reasons) Unused(specs []Spec) []string {
	var unused []string
	for _, rule := range r.rules {
		if !matchesAny(rule.pattern, specs) {
			unused = append(unused, rule.pattern.String())
		}
	}
	return unused
}

func matchesAny(pattern *regexp.Regexp, specs []Spec) bool {
	for _, spec := range specs {
		if pattern.MatchString(spec.Name) {
			return true
		}
	}
	return false
}
