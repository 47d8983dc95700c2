package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// Audience is that of the API itself: a token for another one is of no use here.
const Audience = "https://kubernetes.default.svc"

// Token is what a token says, in the words of a cluster's (a JSON Web Token).
type Token struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience []string `json:"aud"`
	From     int64    `json:"iat"` // Unix seconds
	Until    int64    `json:"exp"`
	Bound    Bound    `json:"kubernetes.io"`
}

// Bound is what a token is bound to: it is of no use without any of them.
type Bound struct {
	Namespace string `json:"namespace"`
	Pod       Object `json:"pod"`
	Account   Object `json:"serviceaccount"`
}

// Object names one object of the namespace.
type Object struct {
	Name string `json:"name"`
	UID  string `json:"uid,omitempty"`
}

// NewToken is a token for a pod; no audience is that of the API.
func NewToken(bound Bound, audience string, from time.Time, life time.Duration) Token {
	if audience == "" {
		audience = Audience
	}
	return Token{
		Issuer: Audience, Subject: bound.User(), Audience: []string{audience},
		From: from.Unix(), Until: from.Add(life).Unix(), Bound: bound,
	}
}

// User is who shows such a token.
func (b Bound) User() string { return "system:serviceaccount:" + b.Namespace + ":" + b.Account.Name }

// BoundTo is what a token of the user would be bound to, but for its pod.
func BoundTo(user string) (b Bound, ok bool) {
	namespace, name, ok := strings.Cut(strings.TrimPrefix(user, "system:serviceaccount:"), ":")
	b = Bound{Namespace: namespace, Account: Object{Name: name}}
	return b, ok && namespace != "" && name != "" && b.User() == user
}

// Groups are those of the user.
func (b Bound) Groups() []string {
	return []string{"system:serviceaccounts", "system:serviceaccounts:" + b.Namespace, "system:authenticated"}
}

// header is that of every token here: {"alg":"HS256","typ":"JWT"}. There is no
// other way to sign one.
const header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// Sign is the token as clients send it. It is the same for the same token, so
// that every process makes the same.
func (a API) Sign(t Token) (string, error) {
	claims, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	text := header + "." + encode(claims)
	return text + "." + a.signature(text), nil
}

func (a API) signature(text string) string {
	sum := hmac.New(sha256.New, a.Secret)
	sum.Write([]byte(text))
	return encode(sum.Sum(nil))
}

// errToken does not tell what is wrong: who made the token knows.
var errToken = errors.New("the token is none that was made here, or is not good any more")

// Verify reads a token for the API that is good now. Whether what it is bound
// to is still there it does not know.
func (a API) Verify(token string, now time.Time) (Token, error) {
	var t Token
	end := strings.LastIndexByte(token, '.')
	if end < 0 || len(a.Secret) == 0 || !hmac.Equal([]byte(a.signature(token[:end])), []byte(token[end+1:])) {
		return t, errToken
	}
	claims, signed := strings.CutPrefix(token[:end], header+".")
	data, err := base64.RawURLEncoding.DecodeString(claims)
	if !signed || err != nil || json.Unmarshal(data, &t) != nil {
		return Token{}, errToken
	}
	if now.Unix() >= t.Until || !slices.Contains(t.Audience, Audience) {
		return Token{}, errToken
	}
	return t, nil
}
