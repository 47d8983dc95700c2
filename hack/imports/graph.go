package imports

import (
	"fmt"
	"slices"
	"strings"
)

// graph has the imports of each package of the program, from everywhere.
type graph map[string][]string

// directOnly are rules of onlies that what others write breaks already: they
// hold for the files of the module alone.
func directOnly() map[string]string {
	return map[string]string{
		"github.com/spf13": "Kubernetes registers its feature gates as flags",
		"os/exec":          "the docker client calls the helpers that keep its credentials; Kubernetes has a type of error there",
		"unsafe":           "it is everywhere below",
	}
}

// reaches says what is wrong with all that a package of the module imports,
// by whatever way; empty where nothing is. A way through a package that may
// have the import is none of its own.
func (g graph) reaches(importer string) []string {
	var wrong []string
	for _, rule := range onlies() {
		if _, ok := directOnly()[rule.path]; ok || mayHave(importer, rule) {
			continue
		}
		if way := g.way(module+"/"+importer, rule); way != nil {
			wrong = append(wrong, fmt.Sprintf("%s reaches %s: %s", importer, strings.Join(way[1:], " -> "), rule.why))
		}
	}
	return wrong
}

// mayHave tells whether a package of the module may have what a rule is about.
func mayHave(importer string, rule only) bool {
	return slices.Contains(rule.in, importer) || below(module+"/"+importer, rule.path)
}

// way is a shortest way from a package to what a rule is about; nil where
// there is none.
func (g graph) way(from string, rule only) []string {
	ways := [][]string{{from}}
	seen := map[string]bool{from: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		for _, next := range g[way[len(way)-1]] {
			own, isOwn := strings.CutPrefix(next, module+"/")
			if seen[next] || isOwn && slices.Contains(rule.in, own) {
				continue
			}
			seen[next] = true
			longer := append(slices.Clone(way), next)
			if below(next, rule.path) {
				return longer
			}
			ways = append(ways, longer)
		}
	}
	return nil
}
