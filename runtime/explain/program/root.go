//go:build ignore

package main

import (
	"cmp"
	"log"
	"strconv"
	"strings"
)

// userOf is the user of an image, without its group.
func userOf(reference string) string {
	found, err := docker.ImageInspect(ctx, reference)
	check(err)
	user, _, _ := strings.Cut(found.Config.User, ":")
	return cmp.Or(user, "0")
}

// mustNotBeRoot holds an image to runAsNonRoot: its user is a number, and not 0.
func mustNotBeRoot(reference string) {
	found, err := docker.ImageInspect(ctx, reference)
	check(err)
	user, _, _ := strings.Cut(found.Config.User, ":")
	if n, err := strconv.Atoi(user); err != nil || n == 0 {
		log.Fatalf("%s would run as root, or nobody knows", reference)
	}
}
