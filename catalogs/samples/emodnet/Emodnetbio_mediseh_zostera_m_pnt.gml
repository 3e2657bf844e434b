<?xml version="1.0" encoding="UTF-8"?>
<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:b="geo.vliz.be/Emodnetbio" numberMatched="4" numberReturned="4">
<wfs:member><b:mediseh_zostera_m_pnt gml:id="mediseh_zostera_m_pnt.1"><b:id>1</b:id><b:country>SYNTHETIC</b:country><b:the_geom><gml:Point srsName="urn:ogc:def:crs:EPSG::4326" srsDimension="2"><gml:pos>35.93 14.42</gml:pos></gml:Point></b:the_geom></b:mediseh_zostera_m_pnt></wfs:member>
<wfs:member><b:mediseh_zostera_m_pnt gml:id="mediseh_zostera_m_pnt.2"><b:id>2</b:id><b:country>SYNTHETIC</b:country><b:the_geom><gml:Point srsName="urn:ogc:def:crs:EPSG::4326" srsDimension="2"><gml:pos>35.82 14.55</gml:pos></gml:Point></b:the_geom></b:mediseh_zostera_m_pnt></wfs:member>
<wfs:member><b:mediseh_zostera_m_pnt gml:id="mediseh_zostera_m_pnt.3"><b:id>3</b:id><b:country>SYNTHETIC</b:country><b:the_geom><gml:Point srsName="urn:ogc:def:crs:EPSG::4326" srsDimension="2"><gml:pos>35.97 14.2</gml:pos></gml:Point></b:the_geom></b:mediseh_zostera_m_pnt></wfs:member>
<wfs:member><b:mediseh_zostera_m_pnt gml:id="mediseh_zostera_m_pnt.4"><b:id>4</b:id><b:country>SYNTHETIC</b:country><b:the_geom><gml:Point srsName="urn:ogc:def:crs:EPSG::4326" srsDimension="2"><gml:pos>35.88 14.6</gml:pos></gml:Point></b:the_geom></b:mediseh_zostera_m_pnt></wfs:member>
</wfs:FeatureCollection>
