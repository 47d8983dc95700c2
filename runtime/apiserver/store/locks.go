package store

import "sync"

// keyLocks lets one writer at a time at a key.
type keyLocks struct {
	mu   sync.Mutex
	held map[Key]*keyLock
}

type keyLock struct {
	sync.Mutex
	users int
}

// lock waits for the key and returns the function that gives it back.
func (l *keyLocks) lock(key Key) func() {
	l.mu.Lock()
	k := l.held[key]
	if k == nil {
		k = &keyLock{}
		l.held[key] = k
	}
	k.users++
	l.mu.Unlock()
	k.Lock()
	return func() { l.unlock(key, k) }
}

// tryLock takes the key if nobody has it or waits for it; it returns nil otherwise.
func (l *keyLocks) tryLock(key Key) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[key] != nil {
		return nil
	}
	k := &keyLock{users: 1}
	k.Lock()
	l.held[key] = k
	return func() { l.unlock(key, k) }
}

func (l *keyLocks) unlock(key Key, k *keyLock) {
	k.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.held, key)
	}
}
