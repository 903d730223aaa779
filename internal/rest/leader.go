package rest

import "github.com/millrace/millrace/internal/restclient"

// Leader returns the client with which requests are passed on to other workers; the
// herder asks them with it too. It belongs to the server.
func (s *Server) Leader() *restclient.Leader { return s.settings.Leader }
