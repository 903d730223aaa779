package devs3

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type partsDocument struct {
	XMLName     xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
	Bucket      string         `xml:"Bucket"`
	Key         string         `xml:"Key"`
	UploadID    string         `xml:"UploadId"`
	Initiator   owner          `xml:"Initiator"`
	Owner       owner          `xml:"Owner"`
	Storage     string         `xml:"StorageClass"`
	Marker      int            `xml:"PartNumberMarker"`
	NextMarker  int            `xml:"NextPartNumberMarker"`
	MaxParts    int            `xml:"MaxParts"`
	IsTruncated bool           `xml:"IsTruncated"`
	Parts       []partDocument `xml:"Part"`
}

type partDocument struct {
	Number       int    `xml:"PartNumber"`
	LastModified string `xml:"LastModified"`
	ETag         string `xml:"ETag"`
	Size         int64  `xml:"Size"`
}

func (s *Server) listParts(w http.ResponseWriter, r *request) error {
	u, err := s.namedUpload(r)
	if err != nil {
		return err
	}
	limit, err := r.pageSize("max-parts")
	if err != nil {
		return err
	}
	doc := partsDocument{
		Bucket: u.Bucket, Key: u.Object.Key, UploadID: u.ID, Initiator: s.owner(), Owner: s.owner(), Storage: "STANDARD", MaxParts: limit,
	}
	if marker := r.query.Get("part-number-marker"); marker != "" {
		if doc.Marker, err = strconv.Atoi(marker); err != nil {
			return errInvalidArgument.because("The part number marker is not a number.")
		}
	}
	parts, err := u.list()
	if err != nil {
		return err
	}
	parts = slices.DeleteFunc(parts, func(p *part) bool { return p.Number <= doc.Marker })
	if doc.IsTruncated = len(parts) > limit; doc.IsTruncated {
		parts = parts[:limit]
	}
	for _, p := range parts {
		doc.Parts = append(doc.Parts, partDocument{p.Number, stamp(p.Modified), `"` + p.ETag + `"`, p.Size})
		doc.NextMarker = p.Number
	}
	s.writeXML(w, http.StatusOK, doc)
	return nil
}

type uploadsDocument struct {
	XMLName        xml.Name         `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
	Bucket         string           `xml:"Bucket"`
	KeyMarker      string           `xml:"KeyMarker"`
	IDMarker       string           `xml:"UploadIdMarker"`
	NextKeyMarker  string           `xml:"NextKeyMarker,omitempty"`
	NextIDMarker   string           `xml:"NextUploadIdMarker,omitempty"`
	Prefix         string           `xml:"Prefix,omitempty"`
	Delimiter      string           `xml:"Delimiter,omitempty"`
	EncodingType   string           `xml:"EncodingType,omitempty"`
	MaxUploads     int              `xml:"MaxUploads"`
	IsTruncated    bool             `xml:"IsTruncated"`
	Uploads        []uploadDocument `xml:"Upload"`
	CommonPrefixes []groupDocument  `xml:"CommonPrefixes"`
}

type uploadDocument struct {
	Key       string `xml:"Key"`
	UploadID  string `xml:"UploadId"`
	Initiator owner  `xml:"Initiator"`
	Owner     owner  `xml:"Owner"`
	Storage   string `xml:"StorageClass"`
	Initiated string `xml:"Initiated"`
}

func (s *Server) listUploads(w http.ResponseWriter, r *request) error {
	if _, err := s.store.bucket(r.bucket); err != nil {
		return err
	}
	limit, err := r.pageSize("max-uploads")
	if err != nil {
		return err
	}
	encode, err := r.encoding()
	if err != nil {
		return err
	}
	doc := uploadsDocument{
		Bucket: r.bucket, KeyMarker: encode(r.query.Get("key-marker")), IDMarker: r.query.Get("upload-id-marker"),
		Prefix: encode(r.query.Get("prefix")), Delimiter: encode(r.query.Get("delimiter")),
		EncodingType: r.query.Get("encoding-type"), MaxUploads: limit,
	}
	for _, u := range r.behindMarkers(s.store.listUploads(r.bucket)) {
		if !s.addUpload(&doc, r, u, encode) {
			doc.IsTruncated = true
			break
		}
	}
	if !doc.IsTruncated {
		doc.NextKeyMarker, doc.NextIDMarker = "", ""
	}
	s.writeXML(w, http.StatusOK, doc)
	return nil
}

// behindMarkers drops what earlier pages had, and other prefixes.
func (r *request) behindMarkers(all []*upload) []*upload {
	prefix, delimiter := r.query.Get("prefix"), r.query.Get("delimiter")
	marker, id := r.query.Get("key-marker"), r.query.Get("upload-id-marker")
	if i := slices.IndexFunc(all, func(u *upload) bool { return u.Object.Key == marker && u.ID == id }); i >= 0 {
		all = all[i+1:]
	} else if marker != "" {
		start := startAfter(marker, prefix, delimiter)
		all = slices.DeleteFunc(all, func(u *upload) bool { return u.Object.Key < start })
	}
	return slices.DeleteFunc(all, func(u *upload) bool { return !strings.HasPrefix(u.Object.Key, prefix) })
}

// addUpload adds an upload or its group, and reports false when the page is
// full.
func (s *Server) addUpload(doc *uploadsDocument, r *request, u *upload, encode func(string) string) bool {
	group, grouped := groupOf(u.Object.Key, r.query.Get("prefix"), r.query.Get("delimiter"))
	last := len(doc.CommonPrefixes) - 1
	if grouped && last >= 0 && doc.CommonPrefixes[last].Prefix == encode(group) {
		return true
	}
	if len(doc.Uploads)+len(doc.CommonPrefixes) >= doc.MaxUploads {
		return doc.MaxUploads == 0
	}
	if grouped {
		doc.CommonPrefixes = append(doc.CommonPrefixes, groupDocument{encode(group)})
		doc.NextKeyMarker, doc.NextIDMarker = encode(group), ""
		return true
	}
	doc.Uploads = append(doc.Uploads, uploadDocument{encode(u.Object.Key), u.ID, s.owner(), s.owner(), "STANDARD", stamp(u.Created)})
	doc.NextKeyMarker, doc.NextIDMarker = encode(u.Object.Key), u.ID
	return true
}
