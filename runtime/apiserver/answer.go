package apiserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/minipod/minipod/runtime/apiserver/wire"
)

// fail answers a request with the Status of an error.
func (s *Server) fail(w http.ResponseWriter, err error) {
	status := wire.StatusOf(err)
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(status.Details.RetryAfterSeconds)))
	}
	if status.Code == http.StatusInternalServerError {
		s.Log.Error("request failed", "error", err)
	}
	s.answer(w, int(status.Code), status)
}

// answer writes a value as JSON.
func (s *Server) answer(w http.ResponseWriter, code int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		s.Log.Error("encode an answer", "error", err)
		code, data = http.StatusInternalServerError, []byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","code":500}`)
	}
	s.answerJSON(w, code, data)
}

// answerJSON writes JSON that is ready. An error of the write is the client's leaving.
func (s *Server) answerJSON(w http.ResponseWriter, code int, data []byte) {
	w.Header().Set("Content-Type", wire.JSON)
	w.Header().Set("Cache-Control", "no-cache, private")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(code)
	_, _ = w.Write(data)
}

// maxWarnings is how many bytes of warnings one call of warn sends, as Kubernetes does: clients bound their headers.
const maxWarnings = 4 << 10

// warn adds warnings that kubectl shows, in the form of RFC 7234.
func warn(w http.ResponseWriter, warnings []string) {
	room := maxWarnings
	for i, text := range warnings {
		if room -= len(text); room < 0 {
			text = fmt.Sprintf("%d more warnings", len(warnings)-i)
		}
		w.Header().Add("Warning", fmt.Sprintf("299 - %s", quoted(text)))
		if room < 0 {
			return
		}
	}
}

// quoted is a text as a header has it, where no control character can be.
func quoted(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// success is the answer to what has no object to show.
func success(details *metav1.StatusDetails) metav1.Status {
	return metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusSuccess,
		Details:  details,
	}
}
