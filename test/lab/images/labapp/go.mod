module fleetmend.lab/labapp

go 1.24.0
