package translate

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys are a map's keys in order: maps are ranged over through it
// wherever order can be seen.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
